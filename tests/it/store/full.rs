//! A database whose disk is full: nothing is saved, and said so; what was saved is there; room helps.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use countersign::store::StoreError;
use countersign::store::postgres::Options;
use serde_json::json;

use crate::house::{reply, update};
use crate::postgres::Cluster;
use crate::store::{Desk, Way, id};

/// A small disk, gone when it is dropped.
struct Disk(PathBuf);

impl Disk {
    /// Only root may make one, and not everywhere.
    fn new(size: &str) -> Option<Self> {
        let place = tempfile::Builder::new().prefix("countersign-disk-").tempdir().unwrap().keep();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"]).arg(&place);
        if mount.output().is_ok_and(|mounted| mounted.status.success()) {
            return Some(Self(place));
        }
        std::fs::remove_dir(place).unwrap();
        eprintln!("SKIPPED: no small disk can be mounted here (it takes root, and the right to mount)");
        None
    }

    /// Fills it to the last byte with a file of this name.
    fn fill(&self, name: &str) -> PathBuf {
        let path = self.0.join(name);
        let mut file = std::fs::File::create(&path).unwrap();
        while std::io::Write::write_all(&mut file, &[0; 4_096]).is_ok() {}
        path
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
        let _ = std::fs::remove_dir(&self.0);
    }
}

async fn desk(disk: &Path) -> Option<(Cluster, Desk)> {
    let place = disk.join("cluster");
    let cluster = tokio::task::spawn_blocking(move || Cluster::start_in(place, true)).await.unwrap()?;
    let dir = tempfile::tempdir().unwrap();
    let options = Options { place: dir.path().to_owned(), connections: 2 };
    let url = cluster.database().await;
    Some((cluster, Desk::of(Way::Url(url, options), dir).await))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_under_the_database_refuses_writes_loses_none_and_lets_people_read() {
    let Some(disk) = Disk::new("96m") else { return };
    let Some((cluster, desk)) = desk(&disk.0).await else { return };
    desk.through(update("T-1", json!({"tags": ["before"]}))).await.unwrap();
    let ballast = disk.fill("ballast");

    // Until there is no room left in what the database had already.
    let (mut sent, since) = (Vec::new(), Instant::now());
    let refused = loop {
        assert!(since.elapsed() < Duration::from_mins(2), "the disk does not get full");
        let text = format!("{} {}", sent.len(), "x1y2z3 ".repeat(4_000));
        let proposal = desk.try_propose(reply("T-2", &text)).await;
        let Ok(proposal) = proposal else { break proposal.unwrap_err() };
        sent.push(proposal.id().clone());
    };
    assert!(matches!(refused, StoreError::Full), "{refused:?}");
    assert_eq!(desk.ticket("T-1").await.row.tags, ["before"]);
    assert_eq!(desk.store.find_tickets("T-2", 5).await.unwrap()[0].id, id("T-2"));
    for id in &sent {
        assert!(desk.store.proposal(id).await.unwrap().is_some(), "{id} was acknowledged");
    }

    std::fs::remove_file(ballast).unwrap();
    let since = Instant::now();
    while let Err(error) = desk.try_propose(reply("T-3", "there is room")).await {
        assert!(since.elapsed() < Duration::from_secs(5), "{error}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    desk.through(update("T-1", json!({"tags": ["after"]}))).await.unwrap();
    for id in &sent {
        assert!(desk.store.proposal(id).await.unwrap().is_some(), "{id} was acknowledged");
    }
    desk.store.verify(None).await.unwrap().unwrap();
    drop((desk, cluster));
}
