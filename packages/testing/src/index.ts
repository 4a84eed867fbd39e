/** Tools to test a Backchat application: virtual clock, in-memory network, fault schedules, chaos proxy. */
export {}
