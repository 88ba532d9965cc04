//! A person's place at a desk: what each role may ask there, and what an approval from elsewhere must show.

mod door;
mod journey;
pub(crate) mod rights;
pub(crate) mod served;
mod shown;
mod tls;
