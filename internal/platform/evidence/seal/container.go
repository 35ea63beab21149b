package seal

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/crc32"
)

// A sealed file is a ZIP archive that any program opens, in one fixed form: every entry
// stored, one date, no extra fields, no comments. So the archive's own bytes follow from its
// contents, and a changed byte between the files is found as surely as one in them.
const (
	localMark  = 0x04034b50
	indexMark  = 0x02014b50
	endMark    = 0x06054b50
	localSize  = 30
	indexSize  = 46
	endSize    = 22
	need       = 20 // version: stored files, folders
	utf8Names  = 1 << 11
	dosDate    = 0x21 // 1980-01-01
	maxArchive = 1<<32 - 1
)

// File is one file of the archive.
type File struct {
	Name string
	Data []byte
}

type entry struct {
	name string
	size uint32
	crc  uint32
	at   uint32 // of the local header
}

func (e entry) local() []byte {
	le := binary.LittleEndian
	b := le.AppendUint32(nil, localMark)
	b = e.common(b)
	return append(b, e.name...)
}

// common are the fields that both headers share.
func (e entry) common(b []byte) []byte {
	le := binary.LittleEndian
	for _, v := range []uint16{need, utf8Names, 0, 0, dosDate} { // stored, midnight
		b = le.AppendUint16(b, v)
	}
	for _, v := range []uint32{e.crc, e.size, e.size} {
		b = le.AppendUint32(b, v)
	}
	b = le.AppendUint16(b, uint16(len(e.name)))
	return le.AppendUint16(b, 0)
}

func (e entry) index() []byte {
	le := binary.LittleEndian
	b := le.AppendUint32(nil, indexMark)
	b = le.AppendUint16(b, need)
	b = e.common(b)
	b = append(b, make([]byte, 10)...) // comment, disk, attributes
	b = le.AppendUint32(b, e.at)
	return append(b, e.name...)
}

// pack writes the archive.
func pack(files []File) ([]byte, error) {
	var out, index []byte
	for _, f := range files {
		if int64(len(out))+int64(len(f.Data)) > maxArchive-1<<20 {
			return nil, fmt.Errorf("the sealed file would be larger than 4 GB")
		}
		e := entry{f.Name, uint32(len(f.Data)), crc32.ChecksumIEEE(f.Data), uint32(len(out))}
		out = append(append(out, e.local()...), f.Data...)
		index = append(index, e.index()...)
	}
	return append(append(out, index...), end(len(files), len(index), len(out))...), nil
}

func end(n, size, at int) []byte {
	le := binary.LittleEndian
	b := le.AppendUint32(nil, endMark)
	b = append(b, 0, 0, 0, 0)
	b = le.AppendUint16(le.AppendUint16(b, uint16(n)), uint16(n))
	b = le.AppendUint32(le.AppendUint32(b, uint32(size)), uint32(at))
	return append(b, 0, 0)
}

// unpack reads the archive and compares every byte between the files with what pack writes.
// Errors name the place.
func unpack(data []byte) ([]File, error) {
	le := binary.LittleEndian
	var files []File
	var index []byte
	at := 0
	for at+localSize <= len(data) && le.Uint32(data[at:]) == localMark {
		e := entry{crc: le.Uint32(data[at+14:]), size: le.Uint32(data[at+18:]), at: uint32(at)}
		name := int(le.Uint16(data[at+26:]))
		body := at + localSize + name
		if body > len(data) || int64(body)+int64(e.size) > int64(len(data)) {
			return files, fmt.Errorf("archive: entry %d at byte %d is cut or its length was altered", len(files)+1, at)
		}
		e.name = string(data[at+localSize : body])
		if !bytes.Equal(e.local(), data[at:body]) {
			return files, fmt.Errorf("archive: the header of entry %d (%s) at byte %d was altered", len(files)+1, shown(e.name), at)
		}
		content := data[body : body+int(e.size)]
		if crc32.ChecksumIEEE(content) != e.crc {
			return files, fmt.Errorf("%s: its content or its checksum was altered", shown(e.name))
		}
		files = append(files, File{e.name, content})
		index = append(index, e.index()...)
		at = body + int(e.size)
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("not a sealed file")
	}
	if want := append(index, end(len(files), len(index), at)...); !bytes.Equal(data[at:], want) {
		return files, fmt.Errorf("archive: the directory behind the files (from byte %d) was altered", at)
	}
	return files, nil
}

// shown keeps a name from an altered file harmless on a terminal.
func shown(name string) string { return fmt.Sprintf("%+q", name) }

func sum(data []byte) string {
	s := sha256.Sum256(data)
	return hex.EncodeToString(s[:])
}
