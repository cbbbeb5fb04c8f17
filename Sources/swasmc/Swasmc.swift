import ArgumentParser
@main struct Swasmc: ParsableCommand { mutating func run() {} }
