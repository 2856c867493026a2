//! Policy × facts → findings. Pure: no I/O, no clock.
