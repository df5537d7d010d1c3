package picture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"
)

// secret stands in every place of a file in which a telephone writes something.
const secret = "30.2741N 120.1551E Li Wenjuan"

// corners is a picture whose upper left quarter is red, the rest blue.
func corners(w, h int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{0, 0, 255, 255}
			if x < w/2 && y < h/2 {
				c = color.RGBA{255, 0, 0, 255}
			}
			m.SetRGBA(x, y, c)
		}
	}
	return m
}

func jpegOf(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func pngOf(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// exif is a TIFF with an orientation and where and by whom it was taken.
func exif(order binary.AppendByteOrder, orientation uint16) []byte {
	b := []byte("MM\x00*")
	if order.String() == binary.LittleEndian.String() {
		b = []byte("II*\x00")
	}
	b = order.AppendUint32(b, 8)
	b = order.AppendUint16(b, 2)
	for _, f := range []struct {
		tag, kind uint16
		n         uint32
		value     []byte
	}{
		{0x010e, 2, uint32(len(secret)), order.AppendUint32(nil, 8+2+24+4)},
		{0x0112, 3, 1, order.AppendUint16(order.AppendUint16(nil, orientation), 0)},
	} {
		b = order.AppendUint16(b, f.tag)
		b = order.AppendUint16(b, f.kind)
		b = order.AppendUint32(b, f.n)
		b = append(b, f.value...)
	}
	return append(order.AppendUint32(b, 0), secret...)
}

// segment is one of a JPEG.
func segment(kind byte, body ...[]byte) []byte {
	whole := bytes.Join(body, nil)
	b := binary.BigEndian.AppendUint16([]byte{0xff, kind}, uint16(len(whole)+2))
	return append(b, whole...)
}

// taken puts into a JPEG what telephones write into it.
func taken(file, tiff []byte) []byte {
	return bytes.Join([][]byte{
		file[:2],
		segment(0xe1, []byte("Exif\x00\x00"), tiff),
		segment(0xe1, []byte("http://ns.adobe.com/xap/1.0/\x00"), []byte(secret)),
		segment(0xed, []byte(secret)),
		segment(0xfe, []byte(secret)),
		file[2:],
		[]byte(secret), // behind the end: a second picture, a film
	}, nil)
}

// chunk is one of a PNG.
func chunk(name string, body []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	b = append(append(b, name...), body...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

// chunked puts chunks behind the first one of a PNG.
func chunked(file []byte, more ...[]byte) []byte {
	const behind = 8 + 12 + 13
	return bytes.Join([][]byte{file[:behind], bytes.Join(more, nil), file[behind:]}, nil)
}

// webp is a WebP of 1 × 1 pixels, lossless, with chunks behind the picture.
func webp(more ...[]byte) []byte {
	chunk := func(name string, body []byte) []byte {
		b := binary.LittleEndian.AppendUint32([]byte(name), uint32(len(body)))
		b = append(b, body...)
		return append(b, make([]byte, len(body)%2)...)
	}
	const pixel = "\x2f\x00\x00\x00\x00\x07\x10\xfd\x8f\xfe\x07\x22\xa2\xff\x01"
	body := append([]byte("WEBP"), chunk("VP8L", []byte(pixel))...)
	for _, m := range more {
		body = append(body, chunk("EXIF", m)...)
	}
	return append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(body))), body...)
}

func TestMetadataIsGone(t *testing.T) {
	for name, file := range map[string][]byte{
		"jpeg": taken(jpegOf(t, corners(40, 20)), exif(binary.BigEndian, 1)),
		"png": chunked(pngOf(t, corners(40, 20)), chunk("eXIf", exif(binary.BigEndian, 1)),
			chunk("tEXt", []byte("Author\x00"+secret))),
		"webp": webp(exif(binary.LittleEndian, 1)),
	} {
		t.Run(name, func(t *testing.T) {
			if !bytes.Contains(file, []byte(secret)) {
				t.Fatal("the file does not have the secret")
			}
			p, err := Clean(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, left := range []string{secret, "Exif", "http:", "ICC_PROFILE"} {
				if bytes.Contains(p.JPEG, []byte(left)) {
					t.Errorf("%s is left in the picture", left)
				}
			}
			// Segments in which anything could stand are not there at all.
			for at := 2; p.JPEG[at+1] != 0xda; at += 2 + int(binary.BigEndian.Uint16(p.JPEG[at+2:])) {
				if kind := p.JPEG[at+1]; kind >= 0xe0 && kind <= 0xef || kind == 0xfe {
					t.Errorf("the picture has a segment %#x", kind)
				}
			}
			if _, format, err := image.DecodeConfig(bytes.NewReader(p.JPEG)); format != "jpeg" || err != nil {
				t.Errorf("what was made is %s, %v", format, err)
			}
		})
	}
}

// TestOrientation: a file of 40 × 20 pixels whose upper left quarter is red.
func TestOrientation(t *testing.T) {
	// Where the red quarter is to be seen, by orientation.
	const upperLeft, upperRight, lowerRight, lowerLeft = "upper left", "upper right", "lower right", "lower left"
	where := []string{0: upperLeft, 1: upperLeft, 2: upperRight, 3: lowerRight, 4: lowerLeft, 5: upperLeft, 6: upperRight, 7: lowerRight, 8: lowerLeft, 9: upperLeft}
	for orientation, want := range where {
		tiff := exif(binary.LittleEndian, uint16(orientation))
		for name, file := range map[string][]byte{
			"jpeg":            taken(jpegOf(t, corners(40, 20)), tiff),
			"big-endian jpeg": taken(jpegOf(t, corners(40, 20)), exif(binary.BigEndian, uint16(orientation))),
			"png":             chunked(pngOf(t, corners(40, 20)), chunk("tEXt", []byte("a\x00b")), chunk("eXIf", tiff)),
		} {
			p, err := Clean(file)
			if err != nil {
				t.Fatal(err)
			}
			m, err := jpeg.Decode(bytes.NewReader(p.JPEG))
			if err != nil {
				t.Fatal(err)
			}
			w, h := 40, 20
			if orientation >= 5 && orientation <= 8 {
				w, h = 20, 40
			}
			if p.Width != w || p.Height != h || m.Bounds().Dx() != w || m.Bounds().Dy() != h {
				t.Errorf("%s, orientation %d: %d × %d said, %v made, want %d × %d", name, orientation, p.Width, p.Height, m.Bounds(), w, h)
				continue
			}
			var red strings.Builder
			for corner, at := range map[string]image.Point{
				upperLeft: {w / 5, h / 5}, upperRight: {w * 4 / 5, h / 5}, lowerRight: {w * 4 / 5, h * 4 / 5}, lowerLeft: {w / 5, h * 4 / 5},
			} {
				if r, _, b, _ := m.At(at.X, at.Y).RGBA(); r > b {
					red.WriteString(corner)
				}
			}
			if red.String() != want {
				t.Errorf("%s, orientation %d: red is %q, want %s", name, orientation, red.String(), want)
			}
		}
	}
	if got := scan("webp", webp(append([]byte("Exif\x00\x00"), exif(binary.BigEndian, 6)...))).orientation; got != 6 {
		t.Errorf("a WebP that lies on its side has the orientation %d", got)
	}
}

func TestSize(t *testing.T) {
	for name, test := range map[string]struct{ w, h, wantW, wantH int }{
		"small stays":        {300, 200, 300, 200},
		"as large as it may": {2048, 16, 2048, 16},
		"wide":               {4000, 3000, 2048, 1536},
		"high":               {1000, 4096, 500, 2048},
		"a line":             {8000, 1, 2048, 1},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := Clean(jpegOf(t, image.NewGray(image.Rect(0, 0, test.w, test.h))))
			if err != nil || p.Width != test.wantW || p.Height != test.wantH {
				t.Errorf("it is made %d × %d (%v), want %d × %d", p.Width, p.Height, err, test.wantW, test.wantH)
			}
		})
	}
}

// TestMean: what is made smaller is the mean of what was there, to its last row and
// column: of black and white lines a grey.
func TestMean(t *testing.T) {
	m := image.NewGray(image.Rect(0, 0, 4096, 64))
	for i := range m.Pix {
		m.Pix[i] = uint8(i % 2 * 255)
	}
	p, err := Clean(pngOf(t, m))
	if err != nil {
		t.Fatal(err)
	}
	made, err := jpeg.Decode(bytes.NewReader(p.JPEG))
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []image.Point{{0, 0}, {1000, 16}, {2047, 31}} {
		if y := color.GrayModel.Convert(made.At(at.X, at.Y)).(color.Gray).Y; y < 124 || y > 132 {
			t.Errorf("at %v it is %d", at, y)
		}
	}
}

// BenchmarkClean is a photo of 12 megapixels.
func BenchmarkClean(b *testing.B) {
	file := jpegOf(b, corners(4000, 3000))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Clean(file); err != nil {
			b.Fatal(err)
		}
	}
}

// TestWhiteBehind: what lets something through is seen on white.
func TestWhiteBehind(t *testing.T) {
	p, err := Clean(pngOf(t, image.NewNRGBA(image.Rect(0, 0, 9, 9))))
	if err != nil {
		t.Fatal(err)
	}
	m, err := jpeg.Decode(bytes.NewReader(p.JPEG))
	if err != nil {
		t.Fatal(err)
	}
	if r, _, _, _ := m.At(4, 4).RGBA(); r < 0xf000 {
		t.Errorf("it is %v", m.At(4, 4))
	}
}

// header is a PNG that says how large it is and has nothing in it.
func header(w, h uint32, depth, kind byte) []byte {
	ihdr := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, w), h)
	return append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", append(ihdr, depth, kind, 0, 0, 0))...)
}

// progressive is a JPEG that says so, and how large it is.
func progressive(w, h uint16) []byte {
	size := binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16([]byte{8}, h), w)
	begun := append([]byte{0xff, 0xd8}, segment(0xc2, size, []byte{3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1})...)
	return append(begun, segment(0xda, []byte{3, 1, 0, 2, 0, 3, 0, 0, 0, 0})...)
}

// hostile are files that are refused, by what they are.
func hostile(t testing.TB) map[string]struct {
	file []byte
	want error
} {
	whole := jpegOf(t, corners(64, 64))
	// A small canvas in front of a picture of 16384 × 16384 pixels.
	huge := []byte("WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00VP8L\x06\x00\x00\x00\x2f\xff\xff\xff\x0f\x00")
	huge = append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(huge))), huge...)
	return map[string]struct {
		file []byte
		want error
	}{
		"nothing":                          {nil, ErrNoPicture},
		"a text":                           {[]byte("a photo of the kitchen"), ErrNoPicture},
		"a page that would run":            {[]byte("<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"), ErrNoPicture},
		"a GIF":                            {[]byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;"), ErrNoPicture},
		"a JPEG cut off":                   {whole[:len(whole)/2], ErrNoPicture},
		"a JPEG cut off in its header":     {whole[:20], ErrNoPicture},
		"a PNG cut off":                    {header(10, 10, 8, 2), ErrNoPicture},
		"a PNG without pixels":             {header(0, 10, 8, 2), ErrNoPicture},
		"a WebP cut off":                   {webp()[:30], ErrNoPicture},
		"a WebP larger than it says":       {huge, ErrNoPicture},
		"a file of more than 8 MiB":        {append(whole, make([]byte, MaxBytes)...), ErrTooLarge},
		"41 megapixels":                    {header(41_000, 1_000, 8, 2), ErrTooLarge},
		"more pixels than an int32 counts": {header(200_000, 200_000, 8, 0), ErrTooLarge},
		"16 bits and 20 megapixels":        {header(5_000, 4_000, 16, 6), ErrTooLarge},
		"progressive and 20 megapixels":    {progressive(5_000, 4_000), ErrTooLarge},
	}
}

func TestRefused(t *testing.T) {
	for name, test := range hostile(t) {
		t.Run(name, func(t *testing.T) {
			p, err := Clean(test.file)
			if !errors.Is(err, test.want) || p.JPEG != nil {
				t.Errorf("it is made a picture of %d bytes, %v; want %v", len(p.JPEG), err, test.want)
			}
			if err != nil && strings.Contains(err.Error(), "\n") {
				t.Errorf("the error is no sentence: %v", err)
			}
		})
	}
}

// FuzzClean: whatever comes gives a picture within the limits or an error.
func FuzzClean(f *testing.F) {
	for _, test := range hostile(f) {
		if len(test.file) < 1<<16 {
			f.Add(test.file)
		}
	}
	f.Add(taken(jpegOf(f, corners(24, 16)), exif(binary.BigEndian, 6)))
	f.Add(chunked(pngOf(f, corners(24, 16)), chunk("eXIf", exif(binary.LittleEndian, 8))))
	f.Add(webp(exif(binary.LittleEndian, 3)))
	f.Fuzz(func(t *testing.T, file []byte) {
		p, err := Clean(file)
		if err != nil {
			if !errors.Is(err, ErrNoPicture) && !errors.Is(err, ErrTooLarge) {
				t.Fatalf("the error has no name: %v", err)
			}
			return
		}
		size, format, err := image.DecodeConfig(bytes.NewReader(p.JPEG))
		if err != nil || format != "jpeg" || size.Width != p.Width || size.Height != p.Height || max(p.Width, p.Height) > MaxSide {
			t.Fatalf("made was %s of %d × %d, said to be %d × %d: %v", format, size.Width, size.Height, p.Width, p.Height, err)
		}
	})
}

// FuzzScan: what looks for an orientation in a torn file finds one or none.
func FuzzScan(f *testing.F) {
	f.Add("jpeg", taken(jpegOf(f, corners(4, 4)), exif(binary.BigEndian, 6)))
	f.Add("png", chunked(pngOf(f, corners(4, 4)), chunk("eXIf", exif(binary.LittleEndian, 8))))
	f.Add("webp", webp(exif(binary.LittleEndian, 3)))
	f.Fuzz(func(t *testing.T, format string, file []byte) {
		if got := scan(format, file).orientation; got < 0 || got > 8 {
			t.Fatalf("the orientation is %d", got)
		}
	})
}
