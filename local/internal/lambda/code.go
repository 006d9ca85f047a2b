package lambda

import (
	"archive/zip"
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// bootstrap is the name of the program in a function's code.
const bootstrap = "bootstrap"

// Code is the code of a function with a provided.* runtime.
type Code struct {
	// Program and Archive are those of a [Config].
	Program, Archive string
}

// FindCode finds the bootstrap in a function's code, a folder or a ZIP file. It
// returns an error if there is none that runs on this machine.
func FindCode(path string) (Code, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return Code{}, plainError(err)
	case info.IsDir():
		program := filepath.Join(path, bootstrap)
		return Code{Program: program}, CheckProgram(program)
	}
	return Code{Program: bootstrap, Archive: path}, checkArchive(path)
}

// CheckProgram returns an error unless a file is a program for this machine.
func CheckProgram(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("there is no %s: %w", filepath.Base(path), plainError(err))
	}
	return checkProgram(filepath.Base(path), info.Mode(), func() (io.ReadCloser, error) { return os.Open(path) })
}

// checkProgram checks the mode and the first bytes of a file.
func checkProgram(name string, mode fs.FileMode, open func() (io.ReadCloser, error)) error {
	switch {
	case mode.IsDir():
		return fmt.Errorf("%s is a folder", name)
	case !mode.IsRegular():
		return fmt.Errorf("%s is not a regular file", name)
	case runtime.GOOS != "windows" && mode&0o111 == 0:
		return fmt.Errorf("%s is not executable: chmod +x", name)
	}
	file, err := open()
	if err != nil {
		return plainError(err)
	}
	defer file.Close()
	head := make([]byte, 20)
	read, _ := io.ReadFull(file, head)
	return checkHead(name, head[:read])
}

// machines are the Go names of ELF architectures.
var machines = map[elf.Machine]string{
	elf.EM_X86_64: "amd64", elf.EM_AARCH64: "arm64", elf.EM_386: "386", elf.EM_ARM: "arm",
}

// checkHead reports a program for another system or architecture, as far as the
// first 20 bytes tell.
func checkHead(name string, head []byte) error {
	switch isELF := strings.HasPrefix(string(head), elf.ELFMAG); {
	case strings.HasPrefix(string(head), "#!"):
		return nil
	case !isELF && runtime.GOOS == "linux" || len(head) < 20:
		return fmt.Errorf("%s is not a program", name)
	case !isELF: // if it is for another system, its start fails
		return nil
	}
	order := binary.ByteOrder(binary.LittleEndian)
	if elf.Data(head[elf.EI_DATA]) == elf.ELFDATA2MSB {
		order = binary.BigEndian
	}
	machine := elf.Machine(order.Uint16(head[18:]))
	architecture, known := machines[machine]
	if !known {
		architecture = machine.String()
	}
	if runtime.GOOS != "linux" || known && architecture != runtime.GOARCH {
		return fmt.Errorf("%s is a program for linux/%s, and this machine is %s/%s", name, architecture, runtime.GOOS, runtime.GOARCH)
	}
	return nil
}

// Limits of an archive. Lambda takes 250 MB.
const (
	maxUnpacked = 250 << 20
	maxFiles    = 20_000
)

var errTooLarge = fmt.Errorf("its code comes to more than %d MB", maxUnpacked>>20)

// checkArchive returns an error unless a ZIP file has a bootstrap and is safe to
// unpack.
func checkArchive(path string) error {
	if info, err := os.Stat(path); err == nil && info.Size() > maxUnpacked {
		return errTooLarge
	}
	archive, err := zip.OpenReader(path)
	if err != nil {
		return fmt.Errorf("its code is neither a folder nor a ZIP file: %w", plainError(err))
	}
	defer archive.Close()
	if err := checkEntries(archive.File); err != nil {
		return err
	}
	for _, entry := range archive.File {
		if entry.Name == bootstrap {
			return checkProgram(bootstrap, entry.Mode(), entry.Open)
		}
	}
	return fmt.Errorf("there is no %s in it", bootstrap)
}

// checkEntries reports entries that would leave the target folder or fill the disk.
func checkEntries(entries []*zip.File) error {
	if len(entries) > maxFiles {
		return fmt.Errorf("its code has more than %d files", maxFiles)
	}
	for _, entry := range entries {
		mode := entry.Mode()
		if !filepath.IsLocal(filepath.FromSlash(entry.Name)) || strings.Contains(entry.Name, `\`) {
			return fmt.Errorf("its code has a file that would be unpacked elsewhere: %s", line(entry.Name, maxMessage))
		}
		if !mode.IsRegular() && !mode.IsDir() {
			return fmt.Errorf("its code has a link or a device, which cannot be unpacked: %s", line(entry.Name, maxMessage))
		}
	}
	return nil
}

// unpack unpacks a ZIP file into a new folder and returns the folder.
func unpack(path string) (folder string, err error) {
	archive, err := zip.OpenReader(path)
	if err != nil {
		return "", err
	}
	defer archive.Close()
	if err := checkEntries(archive.File); err != nil {
		return "", err
	}
	folder, err = os.MkdirTemp("", "lambda-")
	if err != nil {
		return "", err
	}
	if err := unpackEntries(folder, archive.File); err != nil {
		return "", errors.Join(err, os.RemoveAll(folder))
	}
	return folder, nil
}

func unpackEntries(folder string, entries []*zip.File) error {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return err
	}
	defer root.Close()
	left := int64(maxUnpacked)
	for _, entry := range entries {
		size, err := unpackEntry(root, entry, left)
		if err != nil {
			return fmt.Errorf("%s: %w", line(entry.Name, maxMessage), err)
		}
		left -= size
	}
	return nil
}

// unpackEntry writes a file of at most `most` bytes, or makes a folder.
func unpackEntry(root *os.Root, entry *zip.File, most int64) (size int64, err error) {
	name := filepath.FromSlash(entry.Name)
	if entry.Mode().IsDir() {
		return 0, root.MkdirAll(name, 0o700)
	}
	if err := root.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return 0, err
	}
	from, err := entry.Open()
	if err != nil {
		return 0, err
	}
	defer from.Close()
	to, err := root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600|entry.Mode().Perm()&0o100)
	if err != nil {
		return 0, err
	}
	size, err = io.Copy(to, io.LimitReader(from, most+1))
	if size > most {
		err = errTooLarge
	}
	return size, errors.Join(err, to.Close())
}

// plainError returns an error without its path.
func plainError(err error) error {
	if about, ok := errors.AsType[*fs.PathError](err); ok {
		return about.Err
	}
	return err
}
