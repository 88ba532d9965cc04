//! Who is connected from where: nobody takes all the places.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Connections by address. An address of version 6 counts by its network: whoever has one address there has all of it.
pub(super) struct Crowd {
    most: usize,
    from: Mutex<HashMap<IpAddr, usize>>,
}

/// Somebody who is connected; gone when dropped.
pub(super) struct Guest {
    crowd: Arc<Crowd>,
    from: IpAddr,
}

impl Crowd {
    /// Nobody yet, and at most so many from one address.
    pub(super) fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { most, from: Mutex::default() })
    }

    /// Lets somebody in, where there are not too many from there.
    pub(super) fn enter(self: &Arc<Self>, address: IpAddr) -> Option<Guest> {
        let from = network(address);
        let mut crowd = self.held();
        let there = crowd.entry(from).or_default();
        if *there >= self.most {
            return None;
        }
        *there += 1;
        Some(Guest { crowd: Arc::clone(self), from })
    }

    /// A count is there or is not: a panic leaves nothing half done.
    fn held(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.from.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        let mut crowd = self.crowd.held();
        let left = crowd.get(&self.from).map_or(0, |there| there.saturating_sub(1));
        if left == 0 {
            crowd.remove(&self.from);
        } else {
            crowd.insert(self.from, left);
        }
    }
}

/// The address, or the network of 64 bits that it is in.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        four @ IpAddr::V4(_) => four,
        IpAddr::V6(six) => IpAddr::V6(Ipv6Addr::from_bits(six.to_bits() >> 64 << 64)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_has_so_many_places_and_those_who_go_make_room() {
        let crowd = Crowd::new(2);
        let at = |address: &str| crowd.enter(address.parse().unwrap());
        let (one, two) = (at("192.0.2.7").unwrap(), at("::ffff:192.0.2.7").unwrap());
        assert!(at("192.0.2.7").is_none());
        let other = at("192.0.2.8").unwrap();
        drop(one);
        let again = at("192.0.2.7").unwrap();
        assert!(at("192.0.2.7").is_none());
        let six = [at("2001:db8::1").unwrap(), at("2001:db8::ffff").unwrap()];
        assert!(at("2001:db8::2").is_none() && at("2001:db8:0:1::2").is_some());
        drop((two, other, again, six));
        assert!(crowd.held().is_empty(), "nobody is remembered who is gone");
    }
}
