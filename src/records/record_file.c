/* Contract in record_file.h. */
#include "cassette/record_file.h"

static const cst_json_row phase_rows[] = {
    CST_ROW(cst_phase_time, min, NUMBER),
    CST_ROW(cst_phase_time, mean, NUMBER),
    CST_ROW(cst_phase_time, max, NUMBER),
};
const cst_json_shape cst_phase_time_shape = CST_SHAPE(cst_phase_time, phase_rows);

static const cst_json_row teachers_rows[] = {
    CST_ROW(cst_teachers_note, files, TREE),
    CST_ROW(cst_teachers_note, runs, TREE),
    CST_ROW(cst_teachers_note, by_fold, TRUTH),
    CST_ROW_WITH(cst_teachers_note, digests, TREE, .none = CST_NONE_LEFT_OUT),
};
const cst_json_shape cst_teachers_note_shape = CST_SHAPE(cst_teachers_note, teachers_rows);

#define ROW(m, kind) CST_ROW_WITH(cst_record_segment, m, kind, .none = CST_NONE_LEFT_OUT)
static const cst_json_row start_rows[] = {
    ROW(version, TEXT),
    ROW(commit, TEXT),
    ROW(compiler, TEXT),
    ROW(flags, TEXT),
    ROW(host, TEXT),
    ROW(system, TEXT),
    ROW(cpu, TEXT),
    ROW(processor, TEXT),
    ROW(caches, TEXT),
    ROW(cores_online, COUNT),
    ROW(binding, TEXT),
    ROW(cores_allowed, COUNT),
    ROW(kernels, TEXT),
    ROW(numerics, TEXT),
    ROW(same_bits_on, TEXT),
    ROW(libraries, TREE),
    ROW(ranks, COUNT),
    ROW(ranks_per_node, COUNT),
    ROW(threads, COUNT),
    ROW(command, TEXT),
    ROW(directory, TEXT),
    ROW(started, TEXT),
    ROW(slurm_job, TEXT),
    ROW(strategy, TEXT),
    ROW(transductive, TRUTH),
    ROW(parameters, TREE),
    ROW(timings, TREE),
    ROW(network_parameters, COUNT),
    ROW(network_multiply_adds, NUMBER),
    CST_ROW_WITH(cst_record_segment, teachers, PART, .of = &cst_teachers_note_shape,
                 .none = CST_NONE_LEFT_OUT),
    ROW(energy_j, NUMBER),
    ROW(peak_bytes_per_rank, COUNT),
};
#undef ROW
const cst_json_shape cst_record_segment_shape = CST_SHAPE(cst_record_segment, start_rows);

static const cst_json_row file_rows[] = {
    CST_ROW_WITH(cst_record_file, segments, LIST, .of = &cst_record_segment_shape),
};
const cst_json_shape cst_record_file_shape = CST_SHAPE(cst_record_file, file_rows);

const cst_record_segment *cst_record_last(const cst_record_file *self)
{
  return self->segments.n ? &self->segments.item[self->segments.n - 1] : NULL;
}

const char *cst_record_phase_at(const cst_record_segment *self, size_t i, cst_phase_time *out)
{
  const cst_json *entry = NULL;
  const char *phase = cst_json_member(self->timings, i, &entry);
  (void)cst_rows_read(&cst_phase_time_shape, entry, out); /* no list: nothing that could fail */
  out->there = phase != NULL;
  return phase;
}
