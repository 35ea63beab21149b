package evidence

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"path/filepath"

	"golang.org/x/image/draw"

	"qingshan/internal/platform/fault"
)

// Size is one of the two copies that people see.
type Size string

// The copies: longest side 320 and 1600 pixels.
const (
	Thumb Size = "thumb"
	View  Size = "view"
)

const (
	thumbSide = 320
	viewSide  = 1600
	quality   = 82
)

// shrunk is the picture, upright, with its longer side at most n pixels. It is made once.
func (p *picture) shrunk(n int) *image.RGBA {
	if p.view == nil {
		p.view = upright(scaled(p.Image, viewSide), p.turn)
	}
	if n == viewSide {
		return p.view
	}
	return scaled(p.view, n)
}

// scaled draws on white, so that what is transparent is not black in a JPEG.
func scaled(img image.Image, n int) *image.RGBA {
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	if side := max(w, h); side > n {
		w, h = max(1, w*n/side), max(1, h*n/side)
	}
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(out, out.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.BiLinear.Scale(out, out.Bounds(), img, b, draw.Over, nil)
	return out
}

// upright turns and mirrors as the camera's orientation (EXIF 1–8) says.
func upright(in *image.RGBA, turn int) *image.RGBA {
	if turn <= 1 || turn > 8 {
		return in
	}
	w, h := in.Rect.Dx(), in.Rect.Dy()
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	if turn >= 5 {
		out = image.NewRGBA(image.Rect(0, 0, h, w))
	}
	for y := range h {
		for x := range w {
			tx, ty := target(turn, x, y, w, h)
			copy(out.Pix[out.PixOffset(tx, ty):][:4], in.Pix[in.PixOffset(x, y):][:4])
		}
	}
	return out
}

// target is where the pixel (x, y) of a w×h picture belongs.
func target(turn, x, y, w, h int) (int, int) {
	switch turn {
	case 2:
		return w - 1 - x, y
	case 3:
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6:
		return h - 1 - y, x
	case 7:
		return h - 1 - y, w - 1 - x
	}
	return y, w - 1 - x // 8
}

func (s *Store) viewPath(sum string, size Size) string {
	return filepath.Join(s.cfg.Dir, viewFolder, sum[:2], sum+"."+string(size)+".jpg")
}

// saveViews writes both copies. They can be made again, so they are not synced.
func (s *Store) saveViews(sum string, p *picture) error {
	if err := s.fault("view"); err != nil {
		return diskFault(err)
	}
	for size, side := range map[Size]int{Thumb: thumbSide, View: viewSide} {
		var b bytes.Buffer
		if err := jpeg.Encode(&b, p.shrunk(side), &jpeg.Options{Quality: quality}); err != nil {
			return err
		}
		if err := writeFile(s.viewPath(sum, size), b.Bytes()); err != nil {
			return diskFault(err)
		}
	}
	return nil
}

// writeFile puts a file in place as a whole.
func writeFile(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".*.tmp")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// Picture is a copy of a photo for people, as JPEG: made anew, so that it carries nothing of
// the camera's data. Errors: not found for what is no picture; unavailable when the original
// cannot be read.
func (s *Store) Picture(ctx context.Context, it Item, size Size) ([]byte, error) {
	if !IsPicture(it.Media) {
		return nil, fault.New(fault.NotFound, "no_picture", "这份材料不是图片，没有预览")
	}
	if b, err := os.ReadFile(s.viewPath(it.SHA256, size)); err == nil {
		return b, nil
	}
	select {
	case s.busy <- struct{}{}:
		defer func() { <-s.busy }()
	case <-ctx.Done():
		return nil, fault.Wrap(ctx.Err(), fault.Unavailable, "cancelled", "操作被取消或超时")
	}
	data, err := s.Original(it)
	if err != nil {
		return nil, err
	}
	img, err := decode(it.Media, bytes.NewReader(data))
	if err != nil {
		return nil, lost(err)
	}
	p := &picture{Image: img, turn: readCamera(it.Media, data).Turn}
	side := thumbSide
	if size == View {
		side = viewSide
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, p.shrunk(side), &jpeg.Options{Quality: quality}); err != nil {
		return nil, err
	}
	_ = writeFile(s.viewPath(it.SHA256, size), b.Bytes()) // a cache: a full disk must not hide the photo
	return b.Bytes(), nil
}

// Original reads the file as it came and checks its hash: for the sealed file, and for those
// with a right to it. Errors: unavailable when it is missing or damaged.
func (s *Store) Original(it Item) ([]byte, error) {
	data, err := os.ReadFile(s.blob(it.SHA256))
	if err != nil {
		return nil, lost(err)
	}
	if hexSum(data) != it.SHA256 {
		return nil, lost(errors.New("evidence " + it.SHA256 + " is damaged"))
	}
	return data, nil
}

func lost(err error) error {
	return fault.Wrap(err, fault.Unavailable, "evidence_damaged", "材料原件缺失或损坏，请联系管理员从备份恢复（qingshan verify 可列出）")
}
