//! Files, with peers of both kinds.

mod arguments;
mod desk;
mod lanes;
mod lost_channels;
mod old_way;
mod old_way_queue;
mod own_way;
