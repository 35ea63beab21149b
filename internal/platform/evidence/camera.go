package evidence

import (
	"bytes"
	"math"
	"strings"
	"time"

	"github.com/bep/imagemeta"

	"qingshan/internal/platform/clock"
)

// Camera is what the camera wrote into a photo.
type Camera struct {
	At    time.Time // when it was taken; zero: not written
	Place *Place    // where; nil: not written
	Turn  int       // EXIF orientation 1–8; 1 upright
}

// cameraTags are the only tags that are read.
func cameraTags(name string) bool {
	switch name {
	case "DateTimeOriginal", "OffsetTimeOriginal", "OffsetTime", "Orientation",
		"GPSLatitude", "GPSLatitudeRef", "GPSLongitude", "GPSLongitudeRef", "GPSHPositioningError":
		return true
	}
	return false
}

// readCamera reads the EXIF data of a picture. Broken or missing data gives what could be
// read: a photo without camera data is no worse a photo.
func readCamera(media string, data []byte) Camera {
	format := map[string]imagemeta.ImageFormat{JPEG: imagemeta.JPEG, PNG: imagemeta.PNG, WebP: imagemeta.WebP}[media]
	tags := map[string]any{}
	// The error is of no use: what was read before it is in tags.
	_, _ = imagemeta.Decode(imagemeta.Options{
		R: bytes.NewReader(data), ImageFormat: format, Sources: imagemeta.EXIF,
		ShouldHandleTag: func(t imagemeta.TagInfo) bool {
			return strings.HasPrefix(t.Namespace, "IFD0") && cameraTags(t.Tag)
		},
		HandleTag: func(t imagemeta.TagInfo) error {
			if _, twice := tags[t.Tag]; !twice {
				tags[t.Tag] = t.Value
			}
			return nil
		},
		LimitNumTags: 2000, LimitTagSize: 4096,
	})
	return Camera{At: cameraTime(tags), Place: cameraPlace(tags), Turn: turn(tags["Orientation"])}
}

// cameraTime joins the local time with its offset; without one it is taken as civil time.
func cameraTime(tags map[string]any) time.Time {
	text, _ := tags["DateTimeOriginal"].(string)
	zone, _ := tags["OffsetTimeOriginal"].(string)
	if zone == "" {
		zone, _ = tags["OffsetTime"].(string)
	}
	loc := clock.Shanghai
	if z, err := time.Parse("-07:00", strings.TrimSpace(zone)); err == nil {
		_, s := z.Zone()
		loc = time.FixedZone("", s)
	}
	t, err := time.ParseInLocation("2006:01:02 15:04:05", strings.Trim(text, " \x00"), loc)
	if err != nil || t.Year() < 1990 || t.Year() > 9000 { // a camera whose clock was never set writes zeros
		return time.Time{}
	}
	return t.In(clock.Shanghai)
}

func cameraPlace(tags map[string]any) *Place {
	lat, ok1 := number(tags["GPSLatitude"])
	lng, ok2 := number(tags["GPSLongitude"])
	if !ok1 || !ok2 || lat == 0 && lng == 0 {
		return nil
	}
	if ref, _ := tags["GPSLatitudeRef"].(string); strings.HasPrefix(ref, "S") {
		lat = -lat
	}
	if ref, _ := tags["GPSLongitudeRef"].(string); strings.HasPrefix(ref, "W") {
		lng = -lng
	}
	accuracy, _ := number(tags["GPSHPositioningError"])
	return NewPlace(lng, lat, accuracy)
}

// NewPlace makes a place of degrees and metres; nil for what lies nowhere on Earth.
func NewPlace(lng, lat, accuracy float64) *Place {
	if !(math.Abs(lng) <= 180) || !(math.Abs(lat) <= 90) { // NaN compares false
		return nil
	}
	if !(accuracy > 0) {
		accuracy = 0
	}
	return &Place{Lng: int64(math.Round(lng * 1e7)), Lat: int64(math.Round(lat * 1e7)), Accuracy: int64(math.Ceil(min(accuracy, 1e6)))}
}

func number(v any) (float64, bool) {
	switch x := v.(type) {
	case float64:
		return x, !math.IsNaN(x)
	case float32:
		return float64(x), x == x
	case interface{ Float64() float64 }:
		f := x.Float64()
		return f, !math.IsNaN(f)
	}
	return 0, false
}

func turn(v any) int {
	var n int
	switch x := v.(type) {
	case uint16:
		n = int(x)
	case uint32:
		n = int(min(x, 9))
	case int:
		n = x
	}
	if n < 1 || n > 8 {
		return 1
	}
	return n
}

// metres is the distance of two places on the sphere.
func metres(a, b Place) float64 {
	const radius = 6371008.8
	rad := func(v int64) float64 { return float64(v) / 1e7 * math.Pi / 180 }
	dLat, dLng := rad(b.Lat-a.Lat), rad(b.Lng-a.Lng)
	h := math.Pow(math.Sin(dLat/2), 2) + math.Cos(rad(a.Lat))*math.Cos(rad(b.Lat))*math.Pow(math.Sin(dLng/2), 2)
	return 2 * radius * math.Asin(min(1, math.Sqrt(h)))
}
