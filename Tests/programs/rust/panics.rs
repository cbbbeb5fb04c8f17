// Panics in a function that another one calls.
#[inline(never)]
fn look_up(values: &[u32], index: usize) -> u32 {
    values[index]
}

#[inline(never)]
fn outer(index: usize) -> u32 {
    look_up(&[1, 2, 3], index) + 1
}

fn main() {
    println!("{}", outer(std::env::args().count() + 5));
}
