// Package picture makes a photo fit to be kept: it is decoded, turned upright,
// made smaller and encoded anew, so that nothing of the file is left but what is
// to be seen. Where the photo may come from and who may see it is for others.
package picture

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	_ "image/png"
	"math"

	_ "golang.org/x/image/webp"
)

// Limits of what is taken, and the measure of what is made.
const (
	// MaxBytes is the greatest size of a file.
	MaxBytes = 8 << 20
	// MaxPixels is the greatest number of pixels: 40 megapixels. Of kinds of
	// picture that take more than four bytes a pixel while they are decoded it is
	// maxWide; no telephone makes those.
	MaxPixels = 40_000_000
	maxWide   = 12_000_000
	// MaxSide is the longest side of what is made, in pixels.
	MaxSide = 2048
	// quality is that of the JPEG: writing on a sign stays readable, and a picture
	// has some hundred kilobytes.
	quality = 82
)

// The errors of Clean. What is wrong in detail follows in the sentence.
var (
	// ErrTooLarge is in the chain where the file or the picture is too large.
	ErrTooLarge = errors.New("the photo is too large")
	// ErrNoPicture is in the chain where it is no whole JPEG, PNG or WebP.
	ErrNoPicture = errors.New("the file is no photo that can be read: send a JPEG, PNG or WebP")
)

// Picture is a photo as it is kept.
type Picture struct {
	JPEG []byte
	// Width and Height are in pixels.
	Width, Height int
}

// Clean makes a picture of a file. It needs up to MaxPixels times four bytes of
// memory and some hundred milliseconds of a processor, so callers clean one at a
// time. The error has ErrTooLarge or ErrNoPicture in its chain.
func Clean(file []byte) (Picture, error) {
	if len(file) > MaxBytes {
		return Picture{}, fmt.Errorf("%w: it has %d bytes, more than %d", ErrTooLarge, len(file), MaxBytes)
	}
	size, format, err := image.DecodeConfig(bytes.NewReader(file))
	if err != nil {
		return Picture{}, fmt.Errorf("%w (%w)", ErrNoPicture, err)
	}
	about := scan(format, file)
	most := MaxPixels
	if about.progressive || size.ColorModel == color.RGBA64Model || size.ColorModel == color.NRGBA64Model {
		most = maxWide
	}
	switch {
	case size.Width <= 0 || size.Height <= 0:
		return Picture{}, fmt.Errorf("%w: it has no pixels", ErrNoPicture)
	case size.Width > most/size.Height:
		return Picture{}, fmt.Errorf("%w: it has %d × %d pixels, more than %d megapixels", ErrTooLarge, size.Width, size.Height, most/1_000_000)
	}
	from, _, err := image.Decode(bytes.NewReader(file))
	if err != nil {
		return Picture{}, fmt.Errorf("%w (%w)", ErrNoPicture, err)
	}
	upright := turn(shrink(from), about.orientation)
	var out bytes.Buffer
	if err := jpeg.Encode(&out, upright, &jpeg.Options{Quality: quality}); err != nil {
		return Picture{}, fmt.Errorf("encode a photo of %v: %w", upright.Bounds().Size(), err)
	}
	return Picture{JPEG: out.Bytes(), Width: upright.Bounds().Dx(), Height: upright.Bounds().Dy()}, nil
}

// shrink returns a picture with sides of at most MaxSide, on white where it lets
// something through.
func shrink(from image.Image) *image.RGBA {
	width, height := from.Bounds().Dx(), from.Bounds().Dy()
	if longest := max(width, height); longest > MaxSide {
		f := float64(MaxSide) / float64(longest)
		width, height = max(1, int(math.Round(float64(width)*f))), max(1, int(math.Round(float64(height)*f)))
	}
	return reduce(from, width, height)
}

// reduce makes each pixel the mean of those that fall into it, so that writing
// stays readable. It goes row by row: what scales in general holds the whole
// picture once more in numbers of 64 bits, which a small gateway does not have.
func reduce(from image.Image, width, height int) *image.RGBA {
	whole := from.Bounds()
	to := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		top, bottom := y*whole.Dy()/height, (y+1)*whole.Dy()/height
		strip := image.NewRGBA(image.Rect(0, 0, whole.Dx(), bottom-top))
		draw.Draw(strip, strip.Bounds(), image.White, image.Point{}, draw.Src)
		draw.Draw(strip, strip.Bounds(), from, whole.Min.Add(image.Pt(0, top)), draw.Over)
		for x := range width {
			left, right := x*whole.Dx()/width, (x+1)*whole.Dx()/width
			var sum [3]int
			for sy := range bottom - top {
				for p := strip.Pix[strip.PixOffset(left, sy):strip.PixOffset(right, sy)]; len(p) > 0; p = p[4:] {
					sum[0], sum[1], sum[2] = sum[0]+int(p[0]), sum[1]+int(p[1]), sum[2]+int(p[2])
				}
			}
			n := (right - left) * (bottom - top)
			out := to.Pix[to.PixOffset(x, y):][:4]
			out[0], out[1], out[2], out[3] = uint8((sum[0]+n/2)/n), uint8((sum[1]+n/2)/n), uint8((sum[2]+n/2)/n), 0xff
		}
	}
	return to
}

// turn returns a picture as it is to be seen, for an orientation of EXIF: 1 to 8,
// where the first row and column of the file belong.
func turn(from *image.RGBA, orientation int) *image.RGBA {
	if orientation < 2 || orientation > 8 {
		return from
	}
	w, h := from.Bounds().Dx(), from.Bounds().Dy()
	size := image.Rect(0, 0, w, h)
	if orientation >= 5 {
		size = image.Rect(0, 0, h, w)
	}
	to := image.NewRGBA(size)
	for y := range h {
		for x := range w {
			var tx, ty int
			switch orientation {
			case 2:
				tx, ty = w-1-x, y
			case 3:
				tx, ty = w-1-x, h-1-y
			case 4:
				tx, ty = x, h-1-y
			case 5:
				tx, ty = y, x
			case 6:
				tx, ty = h-1-y, x
			case 7:
				tx, ty = h-1-y, w-1-x
			case 8:
				tx, ty = y, w-1-x
			}
			copy(to.Pix[to.PixOffset(tx, ty):][:4], from.Pix[from.PixOffset(x, y):][:4])
		}
	}
	return to
}
