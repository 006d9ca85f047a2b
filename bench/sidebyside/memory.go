package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// residentMemory returns how much memory a process and its children hold, in MiB,
// by /proc of Linux. Memory that they share counts once for each.
func residentMemory(pid int) (float64, error) {
	statuses, err := filepath.Glob("/proc/[0-9]*/status")
	if err != nil || len(statuses) == 0 {
		return 0, errors.Join(err, errors.New("memory is read from /proc, which only Linux has"))
	}
	parents, resident := map[int]int{}, map[int]float64{}
	for _, file := range statuses {
		data, err := os.ReadFile(file)
		if err != nil {
			continue // it ended
		}
		id, _ := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		for line := range strings.Lines(string(data)) {
			var kib float64
			if value, found := strings.CutPrefix(line, "PPid:"); found {
				parents[id], _ = strconv.Atoi(strings.TrimSpace(value))
			} else if value, found := strings.CutPrefix(line, "VmRSS:"); found {
				if _, err := fmt.Sscanf(value, "%f kB", &kib); err == nil {
					resident[id] = kib / 1024
				}
			}
		}
	}
	var all float64
	for id, memory := range resident {
		for ancestor := id; ancestor > 1; ancestor = parents[ancestor] {
			if ancestor == pid {
				all += memory
				break
			}
		}
	}
	return all, nil
}
