package evidence

import (
	"image"
	"math/bits"

	"golang.org/x/image/draw"
)

// maxNear is the largest distance that the search by parts finds without a full scan.
const maxNear = 11

// flat is the spread of brightness (of 255) below which a picture has no structure to
// compare: two photos of darkness are not the same photo.
const flat = 12

// differenceHash compares neighbouring cells of the picture, made 9×8 and grey: 64 bits that
// survive another size, another compression and small changes of colour. nil for a picture
// without structure.
func differenceHash(p *picture) *uint64 {
	const wide, high = 9, 8
	view := p.shrunk(viewSide)
	grey := image.NewGray(image.Rect(0, 0, wide, high))
	draw.BiLinear.Scale(grey, grey.Bounds(), view, view.Bounds(), draw.Src, nil)
	low, top, hash := uint8(255), uint8(0), uint64(0)
	for y := range high {
		row := grey.Pix[y*grey.Stride : y*grey.Stride+wide]
		for x, v := range row {
			low, top = min(low, v), max(top, v)
			if x > 0 {
				hash <<= 1
				if row[x-1] < v {
					hash |= 1
				}
			}
		}
	}
	if top-low < flat {
		return nil
	}
	return &hash
}

// apart counts the bits in which two hashes differ.
func apart(a, b uint64) int { return bits.OnesCount64(a ^ b) }

// bands are the four parts of a hash. Two hashes that differ in n bits share a part that
// differs in at most n/4 of them, so a search of the near parts finds all near hashes.
func bands(h uint64) [4]int64 {
	var out [4]int64
	for i := range out {
		out[i] = int64(h >> (16 * i) & 0xffff)
	}
	return out
}

// around lists the 16-bit values that differ from v in at most n bits (n ≤ 2).
func around(v int64, n int) []int64 {
	out := []int64{v}
	if n == 0 {
		return out
	}
	for i := range 16 {
		out = append(out, v^1<<i)
		for j := 0; n > 1 && j < i; j++ {
			out = append(out, v^1<<i^1<<j)
		}
	}
	return out
}
