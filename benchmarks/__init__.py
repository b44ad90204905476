"""What ``make bench`` measures: one ``name value`` line per figure on standard output.

Everything is real: PostgreSQL that waits for the disk, Valkey, Granian, and wrk as the
load generator, all on this machine. Figures that compare (ratios) are taken in the
same run, in alternating rounds, and the median counts.
"""
