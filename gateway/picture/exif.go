package picture

import (
	"bytes"
	"encoding/binary"
)

// facts are what the decoders do not tell of a file.
type facts struct {
	// orientation is that of EXIF; 0 where the file names none.
	orientation int
	// progressive says that a JPEG has to be held as coefficients until its end.
	progressive bool
}

// scan finds the facts in a file of a format of package image. What is torn or
// makes no sense is as if it were not there: the decoder judges the file.
func scan(format string, file []byte) facts {
	switch format {
	case "jpeg":
		return scanJPEG(file)
	case "png":
		return facts{orientation: scanChunks(file, 8, "eXIf", binary.BigEndian, 4, 12, 1)}
	case "webp":
		return facts{orientation: scanChunks(file, 12, "EXIF", binary.LittleEndian, 0, 8, 2)}
	}
	return facts{}
}

// exifMark begins the segment of a JPEG with EXIF in it; some writers of WebP put
// it there, too.
var exifMark = []byte("Exif\x00\x00")

// scanJPEG goes through the segments before the first picture data.
func scanJPEG(file []byte) facts {
	var found facts
	for at := 2; at+4 <= len(file) && file[at] == 0xff; {
		kind := file[at+1]
		if kind == 0xff { // a filling byte
			at++
			continue
		}
		if kind == 0xd8 || kind >= 0xd0 && kind <= 0xd7 || kind == 0x01 { // without a length
			at += 2
			continue
		}
		if kind == 0xda || kind == 0xd9 {
			break
		}
		length := int(binary.BigEndian.Uint16(file[at+2:]))
		if length < 2 || at+2+length > len(file) {
			break
		}
		body := file[at+4 : at+2+length]
		if kind == 0xc2 {
			found.progressive = true
		}
		if tiff, is := bytes.CutPrefix(body, exifMark); kind == 0xe1 && is && found.orientation == 0 {
			found.orientation = orientationOf(tiff)
		}
		at += 2 + length
	}
	return found
}

// scanChunks finds the orientation in a file of chunks: of a PNG, which have
// length, name, body and sum, or of a WebP, which have name, length and body and
// are filled up to an even length. The name stands nameAt bytes into a chunk, and
// head and sum together have so many bytes.
func scanChunks(file []byte, from int, wanted string, order binary.ByteOrder, nameAt, around, even int) int {
	for at := from; at+8 <= len(file); {
		length := int64(order.Uint32(file[at+4-nameAt:]))
		if int64(at)+8+length > int64(len(file)) {
			return 0
		}
		if string(file[at+nameAt:at+nameAt+4]) == wanted {
			return orientationOf(bytes.TrimPrefix(file[at+8:at+8+int(length)], exifMark))
		}
		at += around + (int(length)+even-1)/even*even
	}
	return 0
}

// orientationOf reads tag 0x0112 of the first directory of a TIFF, 0 where there
// is none.
func orientationOf(tiff []byte) int {
	if len(tiff) < 8 {
		return 0
	}
	var order binary.ByteOrder
	switch string(tiff[:4]) {
	case "II*\x00":
		order = binary.LittleEndian
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return 0
	}
	at := int64(order.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return 0
	}
	fields := int64(order.Uint16(tiff[at:]))
	for n := range fields {
		field := at + 2 + 12*n
		if field+12 > int64(len(tiff)) {
			return 0
		}
		// One number of 16 bits stands in the field itself.
		if order.Uint16(tiff[field:]) == 0x0112 && order.Uint16(tiff[field+2:]) == 3 && order.Uint32(tiff[field+4:]) == 1 {
			if value := int(order.Uint16(tiff[field+8:])); value >= 1 && value <= 8 {
				return value
			}
			return 0
		}
	}
	return 0
}
