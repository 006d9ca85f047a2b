package lambda

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

const (
	// maxLine bounds a line of output, in bytes; the rest is dropped.
	maxLine = 4096
	// maxLines is the number of lines that wait for the log.
	maxLines = 256
	// maxStall is how long a function waits for a blocked log.
	maxStall = 100 * time.Millisecond
)

// forward logs the output of a program line by line until it ends. It does not wait
// for a blocked log.
func forward(from io.Reader, prefix string, log func(string)) {
	lines := queue{lines: make(chan string, maxLines)}
	logged := make(chan struct{})
	go func() {
		defer close(logged)
		for line := range lines.lines {
			log(prefix + line)
		}
	}()
	reader := bufio.NewReaderSize(from, 64<<10)
	for {
		text, err := reader.ReadSlice('\n')
		if len(text) > 0 {
			text := strings.TrimRight(string(text[:min(len(text), maxLine+1)]), "\r\n")
			lines.add(line(strings.ReplaceAll(text, "\t", " "), maxLine))
		}
		for errors.Is(err, bufio.ErrBufferFull) {
			_, err = reader.ReadSlice('\n')
		}
		if err != nil {
			break
		}
	}
	ended := time.After(time.Second)
	if lines.lost > 0 {
		select {
		case lines.lines <- lines.note():
		case <-ended:
			close(lines.lines)
			return
		}
	}
	close(lines.lines)
	select {
	case <-logged:
	case <-ended:
	}
}

// queue holds the lines that wait for the log.
type queue struct {
	lines chan string
	lost  int // lines dropped since the log last took one
}

func (q *queue) add(line string) {
	if q.lost > 0 {
		select {
		case q.lines <- q.note():
			q.lost = 0
		default:
			q.lost++
			return
		}
	}
	select {
	case q.lines <- line:
		return
	default:
	}
	select {
	case q.lines <- line:
	case <-time.After(maxStall):
		q.lost = 1
	}
}

func (q *queue) note() string { return fmt.Sprintf("(%d lines left out)", q.lost) }
