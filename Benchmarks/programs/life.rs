// Rust: bounds-checked slices. Conway's game of life on a torus, a convolution with a kernel, and a
// solver for linear equations with pivoting.
fn mix(sum: u64, value: u64) -> u64 {
    let sum = (sum ^ value).wrapping_mul(0x9e3779b97f4a7c15);
    sum ^ (sum >> 29)
}

fn step(side: usize, from: &[u8], to: &mut [u8]) {
    for y in 0..side {
        let rows = [(y + side - 1) % side * side, y * side, (y + 1) % side * side];
        for x in 0..side {
            let columns = [(x + side - 1) % side, x, (x + 1) % side];
            let mut around = 0;
            for row in rows {
                for column in columns {
                    around += from[row + column];
                }
            }
            let alive = from[y * side + x];
            to[y * side + x] = (around == 3 || (around == 4 && alive == 1)) as u8;
        }
    }
}

fn convolve(input: &[f32], kernel: &[f32], output: &mut [f32]) {
    for (i, out) in output.iter_mut().enumerate() {
        *out = input[i..i + kernel.len()].iter().zip(kernel).map(|(a, b)| a * b).sum();
    }
}

fn solve(n: usize, m: &mut Vec<Vec<f64>>) -> f64 {
    for k in 0..n {
        let pivot = (k..n).max_by(|&a, &b| m[a][k].abs().total_cmp(&m[b][k].abs())).unwrap_or(k);
        m.swap(k, pivot);
        for i in k + 1..n {
            let factor = m[i][k] / m[k][k];
            for j in k..=n {
                let above = m[k][j];
                m[i][j] -= factor * above;
            }
        }
    }
    let mut x = vec![0.0; n];
    for i in (0..n).rev() {
        let known: f64 = (i + 1..n).map(|j| m[i][j] * x[j]).sum();
        x[i] = (m[i][n] - known) / m[i][i];
    }
    x.iter().sum()
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
    let rounds = rounds(220);
    let side = 200;
    let mut now: Vec<u8> = (0..side * side).map(|i| (i * 7 % 11 < 4) as u8).collect();
    let mut next = vec![0; side * side];
    let input: Vec<f32> = (0..20_000).map(|i| (i % 31) as f32 / 31.0).collect();
    let kernel: Vec<f32> = (0..33).map(|i| 1.0 / (i + 1) as f32).collect();
    let mut output = vec![0f32; input.len() - kernel.len()];
    let mut sum = 0u64;
    for r in 0..rounds {
        for _ in 0..10 {
            step(side, &now, &mut next);
            std::mem::swap(&mut now, &mut next);
        }
        convolve(&input, &kernel, &mut output);
        let n = 120;
        let mut m: Vec<Vec<f64>> =
            (0..n).map(|i| (0..=n).map(|j| ((i * j + r as usize) % 13) as f64 + (i == j) as u8 as f64 * 9.0).collect()).collect();
        sum = mix(sum, solve(n, &mut m).to_bits());
        sum = mix(sum, now.iter().map(|&c| c as u64).sum());
        sum = output.iter().step_by(101).fold(sum, |s, v| mix(s, v.to_bits() as u64));
    }
    println!("life {:016x}", sum);
}
