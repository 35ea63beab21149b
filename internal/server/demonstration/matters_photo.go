package demonstration

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"math/rand/v2"
)

const photoWidth, photoHeight, patch = 160, 120, 20

// drawPhoto draws a simple scene as a JPEG: sky, fields, houses, and something grey in it
// unless it is clean. No two are alike.
func drawPhoto(rng *rand.Rand, clean bool) ([]byte, error) {
	img := image.NewRGBA(image.Rect(0, 0, photoWidth, photoHeight))
	horizon := 40 + rng.IntN(33)
	sky, ground := 150+rng.IntN(90), 60+rng.IntN(90)
	for y := range photoHeight {
		shade := uint8(sky - y/3)
		c := color.RGBA{shade - 20, shade - 5, shade, 255}
		if y >= horizon {
			shade = uint8(ground + (y-horizon)/4)
			c = color.RGBA{shade, shade + 15, shade / 2, 255}
		}
		draw.Draw(img, image.Rect(0, y, photoWidth, y+1), image.NewUniform(c), image.Point{}, draw.Src)
	}
	for y := 0; y < photoHeight; y += patch { // clouds and fields
		for x := 0; x < photoWidth; x += patch {
			shade := uint8(rng.IntN(70))
			c := color.RGBA{shade, shade, shade, 70}
			draw.Draw(img, image.Rect(x, y, x+patch, y+patch), image.NewUniform(c), image.Point{}, draw.Over)
		}
	}
	for range 5 + rng.IntN(6) { // houses, walls, trees
		w, t := 9+rng.IntN(34), 10+rng.IntN(40)
		x, y := rng.IntN(photoWidth)-10, horizon-t/2+rng.IntN(40)
		c := color.RGBA{uint8(30 + rng.IntN(220)), uint8(30 + rng.IntN(200)), uint8(30 + rng.IntN(160)), 255}
		draw.Draw(img, image.Rect(x, y, x+w, y+t), image.NewUniform(c), image.Point{}, draw.Src)
	}
	if !clean {
		x, y := 20+rng.IntN(120), horizon+rng.IntN(14)
		for i := range 12 { // smoke or dust going up
			grey := uint8(90 + i*8)
			d := 4 + i
			r := image.Rect(x-d+i*2, y-i*5-d, x+d+i*2, y-i*5+d)
			draw.Draw(img, r, image.NewUniform(color.RGBA{grey, grey, grey, 255}), image.Point{}, draw.Src)
		}
	}
	var out bytes.Buffer
	err := jpeg.Encode(&out, img, &jpeg.Options{Quality: 60})
	return out.Bytes(), err
}
