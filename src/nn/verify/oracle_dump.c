/* Contracts in oracle_dump.h. */
#include "oracle_dump.h"

#include "cassette/memory.h"

#include <math.h>
#include <stdio.h>

enum { PATH_BYTES = 2 * CST_NAME_BYTES };

static void join(const char *prefix, const char *name, char out[PATH_BYTES])
{
  const int n = snprintf(out, PATH_BYTES, "%s%s", prefix, name);
  CST_ASSERT(n > 0 && n < PATH_BYTES);
}

/* Shape of an array that must have @p dims dimensions, none empty. */
static cst_status shape_of(const cst_dump *self, const char *name, size_t dims,
                           size_t shape[CST_STORE_MAX_DIMS])
{
  cst_status st = CST_OK;
  size_t found = 0;
  CST_TRY(cst_store_shape(self->store, name, &found, shape));
  if (found != dims)
    CST_FAIL(CST_ERR_DATA, "%s: array %s: %zu dimensions, a dump of SE-Trans has %zu there",
             self->path, name, found, dims);
  for (size_t d = 0; d < dims; d++)
    if (shape[d] == 0) CST_FAIL(CST_ERR_DATA, "%s: array %s: empty", self->path, name);
done:
  return st;
}

static bool has(const cst_dump *self, const char *format, size_t i)
{
  char name[PATH_BYTES];
  snprintf(name, sizeof name, format, i);
  return cst_store_has(self->store, name);
}

/* Channels of each block, and whether they have gates. */
static cst_status find_blocks(cst_dump *self)
{
  cst_status st = CST_OK;
  cst_model_spec *spec = &self->spec;
  size_t shape[CST_STORE_MAX_DIMS];
  char name[PATH_BYTES];

  spec->blocks = 0;
  do {
    snprintf(name, sizeof name, "init/block%zu.conv1.weight", spec->blocks + 1);
    CST_TRY(shape_of(self, name, 4, shape));
    spec->channels[spec->blocks] = shape[0];
    spec->pool[spec->blocks++] = (cst_area){2, 2};
  } while (spec->blocks < CST_MAX_BLOCKS &&
           has(self, "init/block%zu.conv1.weight", spec->blocks + 1));
  spec->squeeze_excite = has(self, "init/block%zu.se1.down.weight", 1);
  if (!spec->squeeze_excite) goto done;
  CST_TRY(shape_of(self, "init/block1.se1.down.weight", 2, shape));
  spec->reduction = spec->channels[0] / shape[0];
done:
  return st;
}

static cst_status find_encoder(cst_dump *self)
{
  cst_status st = CST_OK;
  cst_model_spec *spec = &self->spec;
  size_t shape[CST_STORE_MAX_DIMS];
  const char *first = "init/encoder.linear1.weight";

  spec->encoder_layers = 0;
  while (spec->encoder_layers < CST_MAX_ENCODERS &&
         has(self, "init/encoder.layers.%zu.linear1.weight", spec->encoder_layers))
    spec->encoder_layers++;
  if (spec->encoder_layers > 0)
    first = "init/encoder.layers.0.linear1.weight";
  else if (cst_store_has(self->store, first))
    spec->encoder_layers = 1;
  if (spec->encoder_layers == 0) goto done;
  CST_TRY(shape_of(self, first, 2, shape));
  spec->feedforward = shape[0];
done:
  return st;
}

static cst_status find_metadata(cst_dump *self)
{
  cst_status st = CST_OK;
  size_t shape[CST_STORE_MAX_DIMS];
  self->spec.time = cst_store_has(self->store, "init/meta.time1.weight");
  self->spec.cities = 0;
  if (!cst_store_has(self->store, "init/meta.city.weight")) goto done;
  CST_TRY(shape_of(self, "init/meta.city.weight", 2, shape));
  self->spec.cities = shape[0];
done:
  return st;
}

static cst_status find_sizes(cst_dump *self)
{
  cst_status st = CST_OK;
  cst_model_spec *spec = &self->spec;
  size_t shape[CST_STORE_MAX_DIMS];

  CST_TRY(shape_of(self, "input", 4, shape));
  if (shape[1] != 1)
    CST_FAIL(CST_ERR_DATA, "%s: array input: [clips][1][frames][bins] is expected", self->path);
  self->clips = shape[0];
  spec->frames = shape[2];
  spec->bins = shape[3];
  CST_TRY(find_blocks(self));
  CST_TRY(find_encoder(self));
  CST_TRY(find_metadata(self));
  CST_TRY(shape_of(self, "init/fc.weight", 2, shape));
  spec->classes = shape[0];
  CST_TRY(shape_of(self, "f64/step0/act/pooled", 3, shape));
  spec->pooled_frames = shape[1];
done:
  return st;
}

/* A whole number that no shape tells; a dump of the paper's network does not have it: *out stays. */
static cst_status find_number(cst_dump *self, const char *name, double min, size_t *out)
{
  double value = 0.0;
  if (cst_store_attribute(self->store, name, &value) != CST_OK) {
    cst_clear();
    return CST_OK;
  }
  if (!(value >= min && value <= 4096.0 && value == floor(value)))
    return cst_raise(CST_ERR_DATA, "%s: attribute %s: %g is no number of them", self->path, name,
                     value);
  *out = (size_t)value;
  return CST_OK;
}

/* Frames and bins [n] of means or patches; *out stays where there are none. */
static cst_status find_areas(cst_dump *self, const char *name, size_t n, cst_area *out)
{
  cst_status st = CST_OK;
  int64_t pairs[2 * CST_MAX_BLOCKS];
  if (!cst_store_has(self->store, name)) return CST_OK;
  CST_TRY(cst_store_read(self->store, name, CST_I64, 2 * n, pairs));
  for (size_t i = 0; i < n; i++) {
    if (pairs[2 * i] < 1 || pairs[2 * i + 1] < 1)
      CST_FAIL(CST_ERR_DATA, "%s: array %s: numbers from 1 on are expected", self->path, name);
    out[i] = (cst_area){(size_t)pairs[2 * i], (size_t)pairs[2 * i + 1]};
  }
done:
  return st;
}

static cst_status find_member(cst_dump *self)
{
  cst_status st = CST_OK;
  cst_model_spec *spec = &self->spec;
  size_t residual = 0, mean = 0;
  CST_TRY(find_number(self, "heads", 1.0, &spec->heads));
  CST_TRY(find_number(self, "residual", 0.0, &residual));
  CST_TRY(find_number(self, "mean", 0.0, &mean));
  CST_TRY(find_areas(self, "network/pool", spec->blocks, spec->pool));
  CST_TRY(find_areas(self, "network/stem", 1, &spec->stem));
  spec->residual = residual != 0;
  spec->aggregate = mean ? CST_AGGREGATE_MEAN : CST_AGGREGATE_MAX;
done:
  return st;
}

static cst_status find_settings(cst_dump *self)
{
  cst_status st = CST_OK;
  const struct {
    const char *name;
    double *value;
  } settings[] = {
      {"lr", &self->adam.learning_rate}, {"beta1", &self->adam.beta1},
      {"beta2", &self->adam.beta2},      {"eps", &self->adam.eps},
      {"bn_eps", &self->spec.bn_eps},    {"bn_momentum", &self->spec.bn_momentum},
  };
  for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
    CST_TRY(cst_store_attribute(self->store, settings[i].name, settings[i].value));
  CST_TRY(find_member(self));
done:
  return st;
}

static void count_steps(cst_dump *self)
{
  char name[PATH_BYTES];
  do snprintf(name, sizeof name, "f64/step%zu/loss", self->steps);
  while (cst_store_has(self->store, name) && ++self->steps);
}

cst_status cst_dump_open(const char *path, cst_conv_method convolution, cst_products products,
                         cst_dump *out)
{
  cst_status st = CST_OK;

  *out = (cst_dump){.path = path};
  cst_model_defaults(&out->spec);
  out->spec.dropout = 0.0;
  out->spec.convolution = convolution;
  out->spec.products = products;
  CST_TRY(cst_store_open(path, &out->store));
  CST_TRY(find_sizes(out));
  CST_TRY(find_settings(out));
  count_steps(out);
  if (out->steps == 0) CST_FAIL(CST_ERR_DATA, "%s: no array f64/step0/loss", path);
done:
  if (st != CST_OK) cst_dump_close(out);
  return st;
}

void cst_dump_close(cst_dump *self)
{
  cst_store_close(&self->store);
  self->store = NULL;
}

cst_status cst_dump_floats(const cst_dump *self, const cst_layout *layout, const char *prefix,
                           float *flat)
{
  cst_status st = CST_OK;
  char name[PATH_BYTES];
  for (size_t i = 0; i < layout->n; i++) {
    const cst_param *p = &layout->list[i];
    join(prefix, p->name, name);
    CST_TRY(cst_store_read(self->store, name, CST_F32, p->count, flat + p->offset));
  }
done:
  return st;
}

cst_status cst_dump_doubles(const cst_dump *self, const cst_layout *layout, const char *prefix,
                            double *flat)
{
  cst_status st = CST_OK;
  char name[PATH_BYTES];
  for (size_t i = 0; i < layout->n; i++) {
    const cst_param *p = &layout->list[i];
    join(prefix, p->name, name);
    CST_TRY(cst_store_read(self->store, name, CST_F64, p->count, flat + p->offset));
  }
done:
  return st;
}

cst_status cst_dump_rows(const cst_dump *self, const char *prefix, const char *name, size_t first,
                         size_t n, size_t width, double *out)
{
  cst_status st = CST_OK;
  char full[PATH_BYTES];
  size_t dims = 0, shape[CST_STORE_MAX_DIMS], row = 1;

  join(prefix, name, full);
  CST_TRY(cst_store_shape(self->store, full, &dims, shape));
  for (size_t d = 1; d < dims; d++) row = cst_product(row, shape[d]);
  if (dims == 0 || shape[0] != self->clips || row != width)
    CST_FAIL(CST_ERR_DATA, "%s: array %s: %zu clips of %zu numbers each are expected", self->path,
             full, self->clips, width);
  if (n > 0) CST_TRY(cst_store_read_rows(self->store, full, CST_F64, first, n, width, out));
done:
  return st;
}

cst_status cst_dump_clips(const cst_dump *self, size_t first, size_t n, float *features,
                          int64_t *labels)
{
  cst_status st = CST_OK;
  size_t shape[CST_STORE_MAX_DIMS];

  CST_TRY(shape_of(self, "target", 1, shape));
  if (shape[0] != self->clips)
    CST_FAIL(CST_ERR_DATA, "%s: array target: %zu labels for %zu clips", self->path, shape[0],
             self->clips);
  if (n == 0) goto done;
  CST_TRY(cst_store_read_rows(self->store, "input", CST_F32, first, n,
                              self->spec.frames * self->spec.bins, features));
  CST_TRY(cst_store_read_rows(self->store, "target", CST_I64, first, n, 1, labels));
  for (size_t i = 0; i < n; i++)
    if (labels[i] < 0 || labels[i] >= (int64_t)self->spec.classes)
      CST_FAIL(CST_ERR_DATA, "%s: array target: label %lld of clip %zu; there are %zu classes",
               self->path, (long long)labels[i], first + i, self->spec.classes);
done:
  return st;
}

/* A number [clips] of every clip. */
static cst_status read_numbers(const cst_dump *self, const char *name, size_t first, size_t n,
                               double *out)
{
  cst_status st = CST_OK;
  size_t shape[CST_STORE_MAX_DIMS];
  CST_TRY(shape_of(self, name, 1, shape));
  CST_TRY(cst_dump_rows(self, "", name, first, n, 1, out));
done:
  return st;
}

cst_status cst_dump_told(const cst_dump *self, size_t first, size_t n, cst_told *told)
{
  cst_status st = CST_OK;
  double *number = NULL;
  CST_ALLOC(number, n);
  for (size_t i = 0; i < n; i++) told[i] = (cst_told){-1, NAN};
  if (self->spec.cities > 0) CST_TRY(read_numbers(self, "city", first, n, number));
  for (size_t i = 0; self->spec.cities > 0 && i < n; i++)
    if (number[i] >= 0.0 && number[i] < (double)self->spec.cities) told[i].city = (int)number[i];
  if (self->spec.time) CST_TRY(read_numbers(self, "hour", first, n, number));
  for (size_t i = 0; self->spec.time && i < n; i++) told[i].hour = number[i];
done:
  cst_free(number);
  return st;
}

cst_status cst_dump_number(const cst_dump *self, const char *prefix, const char *name, double *out)
{
  char full[PATH_BYTES];
  join(prefix, name, full);
  return cst_store_read(self->store, full, CST_F64, 1, out);
}
