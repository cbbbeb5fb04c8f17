// Collections, formatting, arguments, the environment and files of Rust's standard library.
use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io::{self, BufRead, Read, Seek, SeekFrom, Write};
use std::process;

trait Animal {
    fn sound(&self) -> String;
}

struct Dog(u32);
struct Cat;

impl Animal for Dog {
    fn sound(&self) -> String {
        "wuff ".repeat(self.0 as usize)
    }
}

impl Animal for Cat {
    fn sound(&self) -> String {
        String::from("miau")
    }
}

fn files(directory: &str) -> io::Result<()> {
    let path = format!("{}/rust.txt", directory);
    fs::write(&path, "one\ntwo\nthree\n")?;
    let mut file = fs::OpenOptions::new().read(true).write(true).open(&path)?;
    file.seek(SeekFrom::End(0))?;
    writeln!(file, "{:>8.3}", 2.0f64.sqrt())?;
    file.seek(SeekFrom::Start(4))?;
    let mut rest = String::new();
    file.read_to_string(&mut rest)?;
    println!("{:?} {}", rest, file.metadata()?.len());
    fs::create_dir(format!("{}/inner", directory))?;
    fs::rename(&path, format!("{}/inner/moved.txt", directory))?;
    let mut names: Vec<String> = fs::read_dir(directory)?
        .map(|entry| entry.map(|e| e.file_name().into_string().unwrap()))
        .collect::<io::Result<_>>()?;
    names.sort();
    println!("{:?} {}", names, fs::metadata(&path).is_err());
    fs::remove_file(format!("{}/inner/moved.txt", directory))?;
    fs::remove_dir(format!("{}/inner", directory))
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    println!("{:?} {:?}", arguments, std::env::var("GREETING"));

    let mut counts: HashMap<u64, u32> = HashMap::new();
    let mut x = 1u64;
    for _ in 0..10000 {
        x = x.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        *counts.entry(x >> 58).or_default() += 1;
    }
    let ordered: BTreeMap<_, _> = counts.into_iter().collect();
    println!("{:?}", ordered);
    let animals: Vec<Box<dyn Animal>> = vec![Box::new(Dog(2)), Box::new(Cat)];
    println!("{}", animals.iter().map(|a| a.sound()).collect::<Vec<_>>().join("/"));
    println!("{:e} {:?} {} {:#x} {:08.3}", 1234.5f64, 0.1f32 + 0.2f32, f64::NAN, 255, -3.14159);
    println!("{:?} {:?}", "ab,c,,d".split(',').collect::<Vec<_>>(), i32::MAX.checked_add(1));
    println!("{}", 340282366920938463463374607431768211455u128 / 1000000007);

    let lines: Vec<String> = io::stdin().lock().lines().map(|l| l.unwrap()).collect();
    println!("{} lines, longest {:?}", lines.len(), lines.iter().max_by_key(|l| l.len()));

    if let Some(directory) = arguments.get(0) {
        if let Err(error) = files(directory) {
            println!("{:?}", error.kind());
            process::exit(9);
        }
    }
    process::exit(arguments.len() as i32 + 4);
}
