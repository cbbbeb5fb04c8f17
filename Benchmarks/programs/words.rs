// Rust: words counted in a HashMap and a BTreeMap, strings that are built, sorted and formatted.
use std::collections::{BTreeMap, HashMap};

fn random(state: &mut u64) -> u32 {
    *state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
    (*state >> 33) as u32
}

fn mix(sum: u64, value: u64) -> u64 {
    let sum = (sum ^ value).wrapping_mul(0x9e3779b97f4a7c15);
    sum ^ (sum >> 29)
}

fn word(state: &mut u64) -> String {
    let mut number = random(state) % 5000;
    let mut text = String::from("w");
    while number > 0 {
        text.push((b'a' + (number % 26) as u8) as char);
        number /= 26;
    }
    text
}

/// The number of rounds: the first argument, as a number or as a percentage ("10%") of the standard.
fn rounds(standard: u32) -> u32 {
    let rounds = match std::env::args().nth(1) {
        None => standard,
        Some(a) => match a.strip_suffix('%') {
            Some(percent) => percent.parse::<u32>().map_or(standard, |p| standard * p / 100),
            None => a.parse().unwrap_or(standard),
        },
    };
    rounds.max(1)
}

fn main() {
    let rounds = rounds(100);
    let (mut state, mut sum) = (5u64, 0u64);
    for _ in 0..rounds {
        let words: Vec<String> = (0..80_000).map(|_| word(&mut state)).collect();
        let mut counts: HashMap<&str, u32> = HashMap::new();
        for w in &words {
            *counts.entry(w.as_str()).or_insert(0) += 1;
        }
        let mut order: Vec<(&str, u32)> = counts.into_iter().collect();
        order.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        let mut by_length: BTreeMap<(usize, char), Vec<&str>> = BTreeMap::new();
        for (w, _) in &order {
            by_length.entry((w.len(), w.chars().last().unwrap_or('w'))).or_default().push(w);
        }
        for ((length, last), group) in &by_length {
            let line = format!("{}{}:{}", length, last, group.join(","));
            sum = line.bytes().fold(sum, |s, b| s.wrapping_mul(31).wrapping_add(b as u64));
        }
        sum = order.iter().step_by(9).fold(sum, |s, o| mix(s, o.1 as u64));
    }
    println!("words {:016x}", sum);
}
