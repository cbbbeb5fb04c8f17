// Uses the services of a system by Go's library: trees of files, clocks, waiting, a server, a full disk, a closed pipe.
// The first argument chooses one; see c/system.c.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// The numbers and texts of errors differ between systems, their names do not.
func name(err error) string {
	named := map[syscall.Errno]string{
		syscall.EEXIST: "EEXIST", syscall.ENOENT: "ENOENT", syscall.ENOTEMPTY: "ENOTEMPTY",
		syscall.ENOTDIR: "ENOTDIR", syscall.EISDIR: "EISDIR", syscall.EINVAL: "EINVAL",
		syscall.ELOOP: "ELOOP", syscall.ENOSPC: "ENOSPC", syscall.EPIPE: "EPIPE", syscall.EPERM: "EPERM",
	}
	var number syscall.Errno
	switch {
	case err == nil:
		return "ok"
	case errors.Is(err, os.ErrDeadlineExceeded):
		return "deadline"
	case errors.As(err, &number) && named[number] != "":
		return named[number]
	}
	return err.Error()
}

func tell(what string, err error) { fmt.Printf("%s: %s\n", what, name(err)) }

func walk(root string) {
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			tell(path, err)
			return nil
		}
		status, err := entry.Info()
		switch {
		case err != nil:
			tell(path, err)
		case entry.Type()&fs.ModeSymlink != 0:
			target, err := os.Readlink(path)
			fmt.Println(path, "->", target, name(err))
		case entry.IsDir():
			fmt.Println(path + "/")
		default:
			fmt.Println(path, status.Size(), "bytes")
		}
		return nil
	})
	tell("walk", err)
}

func tree() int {
	tell("mkdir", os.MkdirAll("tree/deep/er", 0o777))
	for path, text := range map[string]string{"one": "first file", "two": "second", "deep/er/leaf": "leaf"} {
		if err := os.WriteFile("tree/"+path, []byte(text), 0o666); err != nil {
			tell(path, err)
		}
	}
	walk("tree")
	tell("link", os.Link("tree/one", "tree/deep/linked"))
	tell("symlink", os.Symlink("../one", "tree/deep/pointer"))
	tell("dangling", os.Symlink("nowhere", "tree/dangling"))
	tell("loop", os.Symlink("loop", "tree/loop"))
	tell("rename", os.Rename("tree/two", "tree/deep/renamed"))
	tell("rename a directory", os.Rename("tree/deep/er", "tree/moved"))
	tell("truncate", os.Truncate("tree/one", 3))
	tell("times", os.Chtimes("tree/moved/leaf", time.Unix(1000000000, 5), time.Unix(1234567890, 987654321)))
	if status, err := os.Stat("tree/moved/leaf"); err == nil {
		fmt.Println(status.ModTime().UnixNano(), status.Size())
	}
	one, _ := os.Stat("tree/one")
	through, err := os.Stat("tree/deep/pointer")
	tell("stat", err)
	fmt.Println("same file", os.SameFile(one, through))
	text, err := os.ReadFile("tree/deep/pointer")
	fmt.Printf("%q %s\n", text, name(err))
	walk("tree")
	tell("mkdir again", os.Mkdir("tree/deep", 0o777))
	// Remove tries rmdir and unlink: what it tells of the two is its own choice.
	tell("rmdir of what is full", syscall.Rmdir("tree/deep"))
	tell("unlink of a directory", syscall.Unlink("tree/deep"))
	tell("remove nothing", os.Remove("tree/absent"))
	tell("rmdir of a file", syscall.Rmdir("tree/one"))
	_, err = os.Open("tree/loop")
	tell("loop", err)
	_, err = os.Open("tree/dangling")
	tell("dangling", err)
	_, err = os.Readlink("tree/one")
	tell("readlink of a file", err)
	_, err = os.OpenFile("tree/one", os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	tell("exclusive", err)
	_, err = os.OpenFile("tree/deep", os.O_WRONLY, 0)
	tell("write a directory", err)
	tell("into itself", os.Rename("tree/deep", "tree/deep/inside"))
	tell("remove all", os.RemoveAll("tree"))
	walk("tree")
	return 0
}

func clocks() int {
	before := time.Now()
	time.Sleep(20 * time.Millisecond)
	fmt.Println("slept", time.Since(before) >= 20*time.Millisecond)
	order := make(chan string)
	for _, delay := range []int{40, 1, 20} {
		go func() {
			time.Sleep(time.Duration(delay) * time.Millisecond)
			order <- fmt.Sprint("after ", delay)
		}()
	}
	for range 3 {
		fmt.Println((<-order) != "")
	}
	select {
	case <-order:
		fmt.Println("too many")
	case <-time.After(5 * time.Millisecond):
		fmt.Println("time is up")
	}
	ticker := time.NewTicker(time.Millisecond)
	first, second := <-ticker.C, <-ticker.C
	fmt.Println("ticks in order", second.After(first))
	fmt.Println("this century", before.Year() > 2020, "later", time.Now().UnixNano() > before.UnixNano())
	return 0
}

// Standard input is read without waiting beside it: on wasip1 Go reads it by a call that blocks the program.
func input() int {
	in := bufio.NewReader(os.Stdin)
	for range 2 {
		fmt.Println("waiting")
		text, err := in.ReadString('\n')
		fmt.Printf("%q %v\n", text, err)
	}
	return 0
}

// A server whose accepts and reads have deadlines: Go waits for sockets and clocks at once.
func serve(number string) int {
	fd, _ := strconv.Atoi(number)
	generic, err := net.FileListener(os.NewFile(uintptr(fd), "listening"))
	if err != nil {
		tell("listener", err)
		return 1
	}
	listener := generic.(*net.TCPListener)
	listener.SetDeadline(time.Now().Add(20 * time.Millisecond))
	_, err = listener.Accept()
	tell("nobody", err)
	listener.SetDeadline(time.Time{})
	served := make(chan int)
	fmt.Println("waiting")
	for range 2 {
		client, err := listener.Accept()
		if err != nil {
			tell("accept", err)
			return 1
		}
		go func() {
			defer client.Close()
			total, part := 0, make([]byte, 100)
			for {
				client.SetReadDeadline(time.Now().Add(20 * time.Second))
				count, err := client.Read(part)
				if count > 0 {
					client.Write([]byte(strings.ToUpper(string(part[:count]))))
					total += count
				}
				if err != nil {
					if err != io.EOF {
						tell("read", err)
					}
					break
				}
			}
			served <- total
		}()
		fmt.Println("served", <-served, "bytes")
	}
	tell("close", listener.Close())
	return 0
}

func fill(path string) int {
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		tell("open", err)
		return 1
	}
	_, err = file.Write([]byte("text"))
	tell("write", err)
	buffered := bufio.NewWriter(file)
	_, err = buffered.WriteString("text")
	tell("buffered", err)
	tell("flush", buffered.Flush())
	tell("close", file.Close())
	return 3
}

// Go ends a program that writes to a closed standard output, as a signal would.
func pipe() int {
	os.Stdin.Read(make([]byte, 10)) // the driver has closed the other end
	_, err := os.Stdout.Write([]byte("text"))
	fmt.Fprintln(os.Stderr, "write:", name(err))
	return 4
}

func main() {
	argument := ""
	if len(os.Args) > 2 {
		argument = os.Args[2]
	}
	switch os.Args[1] {
	case "tree":
		os.Exit(tree())
	case "clocks":
		os.Exit(clocks())
	case "input":
		os.Exit(input())
	case "serve":
		os.Exit(serve(argument))
	case "full":
		os.Exit(fill(argument))
	case "pipe":
		os.Exit(pipe())
	}
	os.Exit(100)
}
