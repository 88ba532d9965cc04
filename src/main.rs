//! tmp
#[tokio::main]
async fn main() {
    let d = std::env::args().nth(1).unwrap();
    std::fs::create_dir_all(&d).unwrap();
    println!("{}", countersign::bench::desk::run(std::path::Path::new(&d), 100_000).await.unwrap());
}
