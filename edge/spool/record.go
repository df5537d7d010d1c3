package spool

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
)

// A record is a header of 19 bytes and a body, integers big endian:
//
//	0  2  magic
//	2  1  kind
//	3  8  ref
//	11 4  length of the body
//	15 4  CRC-32C of bytes 2 to 14 and the body
const (
	headerSize = 19
	// maxBody bounds what is believed of a length: an event has at most 256 KiB.
	maxBody = 1 << 20
)

var magic = [2]byte{0x9E, 0x57}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

type kind byte

const (
	// put: the body belongs to ref. A later put of one ref replaces an earlier.
	put kind = 1
	// drop: ref is dead.
	drop kind = 2
	// head: ref is one that was given out before; the body is the count of what
	// was shed, eight bytes.
	head kind = 3
)

type record struct {
	kind kind
	ref  uint64
	body []byte
}

// appendTo returns b with the record behind it.
func (r record) appendTo(b []byte) []byte {
	start := len(b)
	b = append(b, magic[:]...)
	b = append(b, byte(r.kind))
	b = binary.BigEndian.AppendUint64(b, r.ref)
	b = binary.BigEndian.AppendUint32(b, uint32(len(r.body)))
	crc := crc32.Checksum(b[start+2:], castagnoli)
	crc = crc32.Update(crc, castagnoli, r.body)
	b = binary.BigEndian.AppendUint32(b, crc)
	return append(b, r.body...)
}

// size is the length of the record in a file.
func (r record) size() int64 { return headerSize + int64(len(r.body)) }

// parseRecord reads the record at the beginning of b. ok is false when there is
// no whole and undamaged one. The body shares memory with b.
func parseRecord(b []byte) (r record, ok bool) {
	if len(b) < headerSize || !bytes.Equal(b[:2], magic[:]) {
		return record{}, false
	}
	n := binary.BigEndian.Uint32(b[11:])
	if n > maxBody || int(n) > len(b)-headerSize {
		return record{}, false
	}
	body := b[headerSize : headerSize+int(n)]
	crc := crc32.Update(crc32.Checksum(b[2:15], castagnoli), castagnoli, body)
	if crc != binary.BigEndian.Uint32(b[15:]) {
		return record{}, false
	}
	return record{kind: kind(b[2]), ref: binary.BigEndian.Uint64(b[3:]), body: body}, true
}

// scan calls yield for each whole record of a segment with its offset, and goes
// on behind damage at the next record that is whole. It returns where the last
// whole record ends and how many bytes before that were no record.
func scan(b []byte, yield func(off int64, r record)) (end int64, damaged int64) {
	off, bad := 0, 0
	for off < len(b) {
		if r, ok := parseRecord(b[off:]); ok {
			damaged += int64(bad)
			bad = 0
			yield(int64(off), r)
			off += int(r.size())
			end = int64(off)
			continue
		}
		next := bytes.Index(b[off+1:], magic[:])
		if next < 0 {
			break
		}
		bad += next + 1
		off += next + 1
	}
	return end, damaged
}
