//! A service whose log and traces are kept.

use std::fs::File;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::served::{PATIENCE, Served};

/// The running service.
pub(crate) struct Watched {
    served: Served,
    log: PathBuf,
}

impl Watched {
    /// Serves the desk of `home` with this configuration.
    pub(crate) fn start(home: &Path, config: &str) -> Self {
        let (file, log) = (home.join("config.toml"), home.join("serve.log"));
        std::fs::write(&file, config).unwrap();
        let (args, kept) = (["--config", file.to_str().unwrap()], File::create(&log).unwrap());
        Self { served: Served::listening(home, "127.0.0.1:0", &args, kept.into()), log }
    }

    /// A line of its log, each of which is JSON, once there is one like that.
    pub(crate) fn logged(&self, is_it: impl Fn(&Value) -> bool) -> Value {
        let since = Instant::now();
        loop {
            let text = self.log();
            // The last line may be half written.
            let whole = text.rfind('\n').map_or("", |end| &text[..end]);
            let mut rows = whole.lines().map(|line| serde_json::from_str::<Value>(line).expect(line));
            if let Some(row) = rows.find(&is_it) {
                return row;
            }
            assert!(since.elapsed() < PATIENCE, "never logged: {text}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }

    /// The metrics, once they say this.
    pub(crate) fn metrics(&self, token: &str, says: &str) -> String {
        let since = Instant::now();
        loop {
            let reply = self.ask("GET", "/metrics", token, None);
            assert_eq!(reply.status, 200, "{reply:?}");
            if reply.body.contains(says) {
                return reply.body;
            }
            assert!(since.elapsed() < PATIENCE, "never {says}: {}", reply.body);
            std::thread::sleep(Duration::from_millis(200));
        }
    }
}

impl Deref for Watched {
    type Target = Served;

    fn deref(&self) -> &Served {
        &self.served
    }
}
