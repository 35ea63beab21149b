package evidence

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"

	"golang.org/x/image/webp"
)

// picture is a decoded photo; turn is its EXIF orientation (1–8).
type picture struct {
	image.Image
	turn int
	view *image.RGBA // upright, at most 1600 pixels wide or high; made when first wanted
}

// inspectPicture decodes the whole picture, reads its camera data and looks behind its end.
func (s *Store) inspectPicture(f *Finding, data []byte) error {
	if err := s.measure(f, data); err != nil {
		return err
	}
	if holdsActive(data) {
		return refuse("polyglot", "图片里藏有网页或脚本内容，不予接收")
	}
	end, err := pictureEnd(f.Media, data)
	if err != nil {
		return err
	}
	tail := data[end:]
	switch {
	case archived(data), bytes.Contains(tail, []byte("PK\x03\x04")):
		return refuse("polyglot", "图片后面藏有压缩包，不予接收")
	case bytes.Contains(tail, []byte("%PDF-")):
		return refuse("polyglot", "图片后面藏有 PDF 文件，不予接收")
	case len(tail) > 0:
		f.Marks = append(f.Marks, Mark{Code: MarkTrailing,
			Message:   fmt.Sprintf("图片结尾之后另有 %d 字节内容", len(tail)),
			MessageEn: fmt.Sprintf("%d bytes follow the end of the picture", len(tail))})
	}
	img, err := decode(f.Media, bytes.NewReader(data))
	if err != nil {
		return refuse("picture_broken", "图片损坏或不完整，请重新拍摄或上传")
	}
	f.Camera = readCamera(f.Media, data)
	f.picture = &picture{Image: img, turn: f.Camera.Turn}
	f.Hash = differenceHash(f.picture)
	return nil
}

// measure reads the size of a picture from its head, before any memory is given to it.
func (s *Store) measure(f *Finding, data []byte) error {
	var cfg image.Config
	var err error
	r := bytes.NewReader(data)
	switch f.Media {
	case JPEG:
		cfg, err = jpeg.DecodeConfig(r)
	case PNG:
		cfg, err = png.DecodeConfig(r)
	default:
		cfg, err = webp.DecodeConfig(r)
	}
	switch {
	case err != nil || cfg.Width <= 0 || cfg.Height <= 0:
		return refuse("picture_broken", "图片损坏或格式不受支持（如动图），请重新拍摄或转换为 JPEG")
	case cfg.Width > s.cfg.MaxSide || cfg.Height > s.cfg.MaxSide || int64(cfg.Width)*int64(cfg.Height) > s.cfg.MaxPixels:
		return refuse("picture_pixels", fmt.Sprintf("图片有 %d×%d 像素，超过上限（%d 万像素），请缩小后上传", cfg.Width, cfg.Height, s.cfg.MaxPixels/10000))
	}
	f.Width, f.Height = cfg.Width, cfg.Height
	return nil
}

func decode(media string, r *bytes.Reader) (image.Image, error) {
	switch media {
	case JPEG:
		return jpeg.Decode(r)
	case PNG:
		return png.Decode(r)
	}
	return webp.Decode(r)
}

// pictureEnd is the offset behind the last byte of the picture itself.
func pictureEnd(media string, data []byte) (int, error) {
	end := 0
	switch media {
	case JPEG:
		end = jpegEnd(data)
	case PNG:
		end = pngEnd(data)
	default:
		if n := int(binary.LittleEndian.Uint32(data[4:8])) + 8; n+n%2 <= len(data) {
			end = n + n%2
		} else if n <= len(data) {
			end = n
		}
	}
	if end == 0 || end > len(data) {
		return 0, refuse("picture_broken", "图片不完整（缺少结尾），请重新拍摄或上传")
	}
	return end, nil
}

// jpegEnd walks the segments to the end-of-image marker; 0 when there is none.
func jpegEnd(data []byte) int {
	for i := 2; i+1 < len(data); {
		if data[i] != 0xff {
			return 0
		}
		switch m := data[i+1]; {
		case m == 0xff: // fill byte
			i++
		case m == 0xd9:
			return i + 2
		case m == 0x01, m >= 0xd0 && m <= 0xd8:
			i += 2
		default:
			if i+3 >= len(data) {
				return 0
			}
			i += 2 + int(binary.BigEndian.Uint16(data[i+2:]))
			if m == 0xda {
				i = scanEnd(data, i)
			}
		}
	}
	return 0
}

// scanEnd skips compressed data: an 0xff in it is followed by 0 or a restart marker.
func scanEnd(data []byte, i int) int {
	for ; i+1 < len(data); i++ {
		if data[i] != 0xff {
			continue
		}
		if m := data[i+1]; m != 0 && m != 0xff && (m < 0xd0 || m > 0xd7) {
			return i
		}
	}
	return len(data)
}

// pngEnd walks the chunks to the last one; 0 when it is missing.
func pngEnd(data []byte) int {
	for i := 8; i+12 <= len(data); {
		n := int64(binary.BigEndian.Uint32(data[i:]))
		next := int64(i) + 12 + n
		if next > int64(len(data)) {
			return 0
		}
		if string(data[i+4:i+8]) == "IEND" {
			return int(next)
		}
		i = int(next)
	}
	return 0
}

// archived tells whether an unpacker would take the file for a ZIP archive: they read from
// the end, where the directory's last record may have a comment of up to 64 KB behind it.
func archived(data []byte) bool {
	tail := data[max(0, len(data)-(1<<16)-22):]
	for at := 0; ; {
		i := bytes.Index(tail[at:], []byte("PK\x05\x06"))
		if i < 0 {
			return false
		}
		at += i
		if at+22 <= len(tail) && at+22+int(binary.LittleEndian.Uint16(tail[at+20:])) <= len(tail) {
			return true
		}
		at += 4
	}
}
