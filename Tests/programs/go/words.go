// Goroutines, channels, maps, formatting, JSON, arguments, the environment and files of Go's library.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"sync"
	"time"
)

type person struct {
	Name string            `json:"name"`
	Age  int               `json:"age"`
	Tags map[string]string `json:"tags,omitempty"`
}

func squares(count int) int {
	results := make(chan int)
	var group sync.WaitGroup
	for i := 0; i < count; i++ {
		group.Add(1)
		go func(n int) {
			defer group.Done()
			results <- n * n
		}(i)
	}
	go func() {
		group.Wait()
		close(results)
	}()
	sum := 0
	for value := range results {
		sum += value
	}
	return sum
}

func recovered() (text string) {
	defer func() {
		text = fmt.Sprint("recovered: ", recover())
	}()
	var empty []int
	return fmt.Sprint(empty[len(os.Args)])
}

func files(directory string) error {
	path := filepath.Join(directory, "go.txt")
	if err := os.WriteFile(path, []byte("alpha\nbeta\n"), 0o644); err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	fmt.Fprintf(file, "%5.2f\n", math.Pi)
	file.Close()
	text, err := os.ReadFile(path)
	fmt.Printf("%q %v\n", text, err)
	entries, err := os.ReadDir(directory)
	for _, entry := range entries {
		fmt.Println(entry.Name(), entry.IsDir())
	}
	_, err = os.Stat(filepath.Join(directory, "absent"))
	fmt.Println(errors.Is(err, fs.ErrNotExist))
	return os.Remove(path)
}

func main() {
	fmt.Println(os.Args[1:], os.Getenv("GREETING"))
	counts := map[string]int{}
	scanner := bufio.NewScanner(os.Stdin)
	for scanner.Scan() {
		for _, word := range strings.Fields(scanner.Text()) {
			counts[word]++
		}
	}
	words := make([]string, 0, len(counts))
	for word := range counts {
		words = append(words, word)
	}
	sort.Strings(words)
	for _, word := range words {
		fmt.Print(word, ":", counts[word], " ")
	}
	fmt.Println()
	fmt.Println(squares(100), recovered())
	encoded, _ := json.Marshal([]person{{"Ada", 36, map[string]string{"a": "b"}}, {"Alan", 41, nil}})
	fmt.Println(string(encoded), crc32.ChecksumIEEE(encoded))
	fmt.Printf("%v %g %e %.3f %x\n", 0.1+0.2, 1e21, math.Sqrt(2), math.Inf(-1), -255)
	start := time.Now()
	time.Sleep(2 * time.Millisecond)
	fmt.Println(time.Since(start) >= 2*time.Millisecond)
	if len(os.Args) > 1 {
		if err := files(os.Args[1]); err != nil {
			fmt.Println(err)
			os.Exit(9)
		}
	}
	os.Exit(len(os.Args) + 4)
}
