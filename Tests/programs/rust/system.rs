// Uses the services of a system by Rust's standard library: trees of files, clocks, waiting, a server, a full disk, a
// closed pipe. The first argument chooses one; see c/system.c. std 1.63 lacks links, times and poll on WASI, so the
// program calls the C library that it is linked with.
use std::ffi::CString;
use std::fs;
use std::io::{self, Read, Write};
use std::net::TcpListener;
use std::os::raw::{c_char, c_int, c_long};
#[cfg(unix)]
use std::os::unix::io::FromRawFd;
#[cfg(target_os = "wasi")]
use std::os::wasi::io::FromRawFd;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

#[repr(C)]
struct Waiting {
    fd: c_int,
    events: i16,
    returned: i16,
}

#[repr(C)]
struct Time {
    seconds: i64,
    nanoseconds: c_long,
}

const READABLE: i16 = 1;
#[cfg(target_os = "wasi")]
const CURRENT_DIRECTORY: c_int = -2;
#[cfg(unix)]
const CURRENT_DIRECTORY: c_int = -100;

extern "C" {
    fn symlink(target: *const c_char, path: *const c_char) -> c_int;
    fn utimensat(fd: c_int, path: *const c_char, times: *const Time, flags: c_int) -> c_int;
    fn poll(fds: *mut Waiting, count: usize, milliseconds: c_int) -> c_int;
}

fn text(path: &str) -> CString {
    CString::new(path).unwrap()
}

fn checked(result: c_int) -> io::Result<()> {
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

fn link_to(target: &str, path: &str) -> io::Result<()> {
    checked(unsafe { symlink(text(target).as_ptr(), text(path).as_ptr()) })
}

fn set_times(path: &str) -> io::Result<()> {
    let time = |seconds| Time { seconds, nanoseconds: 7 };
    let times = [time(1_000_000_000), time(1_234_567_890)];
    checked(unsafe { utimensat(CURRENT_DIRECTORY, text(path).as_ptr(), times.as_ptr(), 0) })
}

/// An error's text without its number. The number differs between systems, and so does the kind that std 1.63 gives it.
fn text_of(error: io::Error) -> String {
    error.to_string().split(" (os error").next().unwrap_or("").to_string()
}

fn tell<T>(what: &str, result: io::Result<T>) {
    println!("{}: {}", what, result.map_or_else(text_of, |_| "ok".to_string()));
}

fn walk(path: &Path) -> io::Result<()> {
    let status = fs::symlink_metadata(path)?;
    if status.file_type().is_symlink() {
        println!("{} -> {}", path.display(), fs::read_link(path)?.display());
    } else if status.is_file() {
        println!("{} {} bytes", path.display(), status.len());
    } else {
        println!("{}/", path.display());
        let mut inside: Vec<_> = fs::read_dir(path)?.collect::<io::Result<_>>()?;
        inside.sort_by_key(|entry| entry.file_name());
        for entry in inside {
            assert!(entry.file_type()?.is_symlink() == entry.path().is_symlink());
            walk(&entry.path())?;
        }
    }
    Ok(())
}

fn tree() -> io::Result<()> {
    fs::create_dir_all("tree/deep/er")?;
    fs::write("tree/one", "first file")?;
    fs::write("tree/two", "second")?;
    fs::write("tree/deep/er/leaf", "leaf")?;
    walk(Path::new("tree"))?;
    tell("link", fs::hard_link("tree/one", "tree/deep/linked"));
    tell("symlink", link_to("../one", "tree/deep/pointer"));
    tell("dangling", link_to("nowhere", "tree/dangling"));
    tell("rename", fs::rename("tree/two", "tree/deep/renamed"));
    tell("rename a directory", fs::rename("tree/deep/er", "tree/moved"));
    tell("copy", fs::copy("tree/deep/pointer", "tree/copied"));
    let file = fs::OpenOptions::new().write(true).open("tree/one")?;
    tell("truncate", file.set_len(3));
    tell("extend", file.set_len(4000));
    tell("sync", file.sync_all());
    drop(file);
    tell("times", set_times("tree/one"));
    let modified = fs::metadata("tree/deep/linked")?.modified()?;
    println!("{:?}", modified.duration_since(SystemTime::UNIX_EPOCH).unwrap());
    walk(Path::new("tree"))?;
    tell("mkdir again", fs::create_dir("tree/deep"));
    tell("rmdir of what is full", fs::remove_dir("tree/deep"));
    tell("rmdir of a file", fs::remove_dir("tree/one"));
    tell("remove nothing", fs::remove_file("tree/absent"));
    tell("remove a directory", fs::remove_file("tree/deep"));
    tell("read a directory", fs::read("tree/deep"));
    tell("read a dangling link", fs::read("tree/dangling"));
    tell("list a file", fs::read_dir("tree/one"));
    tell("readlink of a file", fs::read_link("tree/one"));
    tell("exclusive", fs::OpenOptions::new().write(true).create_new(true).open("tree/one"));
    tell("into itself", fs::rename("tree/deep", "tree/deep/inside"));
    tell("remove all", fs::remove_dir_all("tree"));
    println!("{}", Path::new("tree").exists());
    Ok(())
}

fn clocks() {
    let (wall, before) = (SystemTime::now(), Instant::now());
    std::thread::sleep(Duration::from_millis(20));
    println!("slept {}", before.elapsed() >= Duration::from_millis(20));
    println!("poll of nothing {}", wait_for(-1, 10));
    println!("waited {}", before.elapsed() >= Duration::from_millis(30));
    println!("later {}", SystemTime::now() > wall);
    let mut last = Instant::now();
    println!("{}", (0..1000).all(|_| Instant::now() >= std::mem::replace(&mut last, Instant::now())));
}

fn wait_for(fd: c_int, milliseconds: c_int) -> c_int {
    let mut waiting = Waiting { fd, events: READABLE, returned: 0 };
    unsafe { poll(&mut waiting, (fd >= 0) as usize, milliseconds) }
}

fn wait_for_input() -> io::Result<()> {
    for _ in 0..2 {
        println!("waiting: {}", wait_for(0, 20));
        println!("ready: {}", wait_for(0, 20000));
        println!("read {}", io::stdin().read(&mut [0; 20])?);
    }
    Ok(())
}

fn serve(fd: c_int) -> io::Result<()> {
    let listener = unsafe { TcpListener::from_raw_fd(fd) };
    listener.set_nonblocking(true)?;
    tell("nobody", listener.accept());
    listener.set_nonblocking(false)?;
    println!("waiting: {}", wait_for(fd, 20)); // the driver connects after it has read this
    for _ in 0..2 {
        let (mut client, _) = listener.accept()?;
        let (mut part, mut total) = ([0; 100], 0);
        loop {
            let count = client.read(&mut part)?;
            if count == 0 {
                break;
            }
            part.make_ascii_uppercase();
            client.write_all(&part[..count])?;
            total += count;
        }
        println!("served {} bytes", total);
    }
    Ok(())
}

fn fill(path: &str) -> io::Result<()> {
    let mut file = fs::OpenOptions::new().write(true).open(path)?;
    tell("write", file.write_all(b"text"));
    let mut buffered = io::BufWriter::new(file);
    tell("buffered", buffered.write_all(b"text"));
    buffered.flush()
}

fn write_to_nobody() -> io::Result<()> {
    io::stdin().read(&mut [0; 10])?; // the driver has closed the other end
    let result = io::stdout().write_all(b"text\n");
    eprintln!("write: {:?}", result.map_err(text_of));
    // println! would panic, which is status 101 natively and a trap on WASI: Rust does not unwind there.
    writeln!(io::stdout(), "more")
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let argument = arguments.get(2).map(String::as_str).unwrap_or("");
    let result = match arguments[1].as_str() {
        "tree" => tree(),
        "clocks" => Ok(clocks()),
        "input" => wait_for_input(),
        "serve" => serve(argument.parse().unwrap()),
        "full" => fill(argument),
        "pipe" => write_to_nobody(),
        _ => Err(io::ErrorKind::Unsupported.into()),
    };
    if let Err(error) = result {
        eprintln!("error: {}", text_of(error));
        std::process::exit(5);
    }
    std::process::exit(3);
}
