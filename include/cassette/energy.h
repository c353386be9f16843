/**
 * @file energy.h
 * The energy that the processors of this node have used, as they tell it themselves: running average
 * power limit counters ("package" and "dram" domains of Linux' powercap), which count all that runs
 * on the node.  Of a machine without them, or where only root may read them, it is unknown.
 *
 * A counter starts anew after some minutes to hours, so it is read every second or so; energy whose
 * counter may have started anew more than once between two readings is unknown, too.
 */
#ifndef CST_ENERGY_H
#define CST_ENERGY_H

/** Where Linux has the counters. */
#define CST_ENERGY_ROOT "/sys/class/powercap"

/** Count from here on, from the counters below @p root; a count that is going on ends. */
void cst_energy_start(const char *root);
/** Read the counters, if the last time was a while ago.  Thread-safe, as the next one. */
void cst_energy_sample(void);
/** Joules since the start, of this node; NaN: unknown. */
double cst_energy_joules(void);
void cst_energy_stop(void);

#endif
