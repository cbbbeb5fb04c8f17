// A panic in a closure that the compiler inlines.

#[inline(never)]
fn pick(numbers: &[u32], from: usize) -> u32 {
    numbers.iter().map(|number| number + numbers[from]).sum()
}

fn main() {
    println!("{}", pick(&[1, 2, 3], std::env::args().count() + 5));
}
