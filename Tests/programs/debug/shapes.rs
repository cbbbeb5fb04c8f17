// Debugged by Tests/EndToEndTests/DebuggerTests.swift, which names its lines.
pub struct Point {
    pub x: i32,
    pub y: i32,
}

#[inline(never)]
fn weight(point: &Point, names: &[String]) -> i32 {
    let mut sum = point.x * point.y;
    for name in names {
        sum += name.len() as i32;
    }
    sum
}

#[inline(never)]
fn total(points: &Vec<Point>, label: &str) -> i32 {
    let names = vec![String::from("north"), String::from("east")];
    let mut sum = 0;
    for point in points {
        sum += weight(point, &names);
    }
    println!("{label} {sum}");
    sum
}

fn main() {
    let numbers: Vec<i32> = vec![4, 5, 6];
    let points = vec![Point { x: 2, y: 3 }, Point { x: 7, y: 8 }];
    let result = total(&points, "points");
    println!("{} {}", result, numbers.len());
}
