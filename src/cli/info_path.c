/* Contract in info.h. */
#include "info.h"

#include "cassette/checkpoint.h"
#include "cassette/digest.h"
#include "cassette/feature_store.h"
#include "cassette/file.h"
#include "cassette/memory.h"
#include "cassette/model_file.h"
#include "cassette/store.h"

#include <stdio.h>
#include <string.h>

enum { MAX_DEPTH = 16 };

typedef struct {
  const cst_store *store;
  const char *group;
  size_t depth;
} listing;

/* Print an array with its shape, or descend into a group. */
static cst_status print_member(void *context, const char *name)
{
  const listing *at = context;
  cst_status st = CST_OK;
  size_t dims = 0, shape[CST_STORE_MAX_DIMS];
  char *path = *at->group ? cst_format("%s/%s", at->group, name) : cst_strdup(name);

  if (!path) CST_TRY(cst_no_memory("a name", strlen(name), 1));
  if (cst_store_has_group(at->store, path)) {
    listing below = {at->store, path, at->depth + 1};
    if (at->depth < MAX_DEPTH) CST_TRY(cst_store_list(at->store, path, print_member, &below));
    goto done;
  }
  if (!cst_store_has(at->store, path)) { /* a link to somewhere else */
    printf("/%s: a link\n", path);
    goto done;
  }
  CST_TRY(cst_store_shape(at->store, path, &dims, shape));
  printf("/%s:", path);
  for (size_t i = 0; i < dims; i++) printf(" %zu", shape[i]);
  printf("%s\n", dims ? "" : " scalar");
done:
  cst_free(path);
  return st;
}

static cst_status info_arrays(const char *path)
{
  cst_status st = CST_OK;
  cst_store *store = NULL;
  listing root = {.group = ""};

  CST_TRY(cst_store_open(path, &store));
  root.store = store;
  printf("HDF5 file: %s\n", path);
  CST_TRY(cst_store_list(store, "", print_member, &root));
done:
  cst_store_close(&store);
  return st;
}

static cst_status info_features(const char *dir)
{
  cst_status st = CST_OK;
  cst_logmel_spec spec;
  size_t shards = 0, clips = 0, usable = 0;
  char *fingerprint = NULL, digest[CST_DIGEST_HEX];
  cst_feature_store *store = NULL;

  CST_TRY(cst_feature_store_describe(dir, &spec, &shards, &clips, &fingerprint));
  CST_TRY(cst_feature_store_open(dir, &spec, 1, &store));
  for (size_t i = 0; i < cst_feature_store_clips(store); i++)
    usable += cst_audio_usable(cst_feature_store_status(store, i));
  CST_TRY(cst_feature_store_digest(store, digest));
  printf("feature store: %s\nshards: %zu\nclips: %zu (%zu usable)\nframes: %zu\nbands: %zu\n"
         "fingerprint: %s\ndigest: %s\n",
         dir, shards, clips, usable, spec.frames, spec.bins, fingerprint, digest);
done:
  cst_feature_store_close(&store);
  cst_free(fingerprint);
  return st;
}

/* Whether a name of the directory itself (not of one below) starts like a shard. */
static cst_status see_shard(void *context, const char *relative)
{
  if (!strchr(relative, '/') && strncmp(relative, "shard-", 6) == 0) *(bool *)context = true;
  return CST_OK;
}

static cst_status info_dir(const char *dir)
{
  cst_status st = CST_OK;
  bool shards = false;
  char *config = cst_path_join(dir, "config.yaml");

  if (!config) CST_TRY(cst_no_memory("a path", strlen(dir), 1));
  if (cst_file_exists(config)) {
    st = cli_info_run(dir);
    goto done;
  }
  CST_TRY(cst_walk(dir, see_shard, &shards));
  if (!shards)
    CST_FAIL(CST_ERR_DATA, "%s: holds neither config.yaml (a run) nor shard-*.h5 (a feature store)",
             dir);
  st = info_features(dir);
done:
  cst_free(config);
  return st;
}

static cst_status info_model(const char *path)
{
  cst_text text = {0};
  const cst_status st = cst_model_file_describe(path, &text);

  if (st == CST_OK) fwrite(text.data, 1, text.bytes, stdout);
  cst_text_reset(&text);
  return st;
}

cst_status cli_info_path(const char *path)
{
  cst_status st = CST_OK;
  bool checkpoint = false, model = false;

  cst_store_distrust(true); /* who asks what a file is did not write it */
  if (cst_dir_exists(path)) return info_dir(path);
  if (!cst_file_exists(path)) CST_FAIL(CST_ERR_DATA, "%s: no such file or directory", path);
  CST_TRY(cst_model_file_is_one(path, &model));
  CST_TRY(cst_checkpoint_is_one(path, &checkpoint));
  st = model        ? info_model(path)
       : checkpoint ? cst_checkpoint_describe(path, stdout)
                    : info_arrays(path);
done:
  return st;
}
