//! Files, with peers of both kinds.

mod arguments;
mod desk;
mod lanes;
mod old_way;
mod old_way_queue;
mod own_way;
