//! A person's place at a desk: what each role may ask there, and what an approval from elsewhere must show.

mod door;
mod journey;
mod line;
pub(crate) mod rights;
mod shown;
pub(crate) mod team;
mod tls;
