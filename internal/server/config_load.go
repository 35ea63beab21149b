package server

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// EnvPrefix begins the name of every setting in the environment.
const EnvPrefix = "QINGSHAN_"

// Flags are the settings given on the command line.
type Flags struct {
	fs     *flag.FlagSet
	config *string
	values map[string]*string
}

// BindFlags adds every setting and --config to a command's flags. Their defaults are shown
// but not set: a flag that was not given leaves the word to the environment and the file.
func BindFlags(fs *flag.FlagSet) *Flags {
	f := &Flags{fs: fs, values: map[string]*string{}}
	f.config = fs.String("config", "", "configuration `FILE` (TOML); QINGSHAN_CONFIG")
	for _, s := range settings() {
		f.values[s.name] = fs.String(s.name, s.def, s.about+"; "+envName(s.name))
	}
	return f
}

func (f *Flags) given() map[string]string {
	out := map[string]string{}
	if f == nil {
		return out
	}
	f.fs.Visit(func(fl *flag.Flag) {
		if v, ok := f.values[fl.Name]; ok {
			out[fl.Name] = *v
		}
	})
	return out
}

func envName(setting string) string {
	return EnvPrefix + strings.ToUpper(strings.ReplaceAll(setting, "-", "_"))
}

// Load makes the configuration: flags before environment before file before default. Errors
// name the place: the flag, the variable, or FILE:LINE.
func Load(flags *Flags, env func(string) (string, bool)) (*Config, error) {
	c := Default()
	given := flags.given()
	path := ""
	if flags != nil {
		path = *flags.config
	}
	if path == "" {
		path, _ = env(EnvPrefix + "CONFIG")
	}
	file := &configFile{}
	if path != "" {
		var err error
		if file, err = readConfigFile(path); err != nil {
			return nil, err
		}
	}
	for _, s := range settings() {
		v, from := s.def, "default"
		if x, ok := file.values[s.name]; ok {
			v, from = x, file.place(s.name)
		}
		if x, ok := env(envName(s.name)); ok {
			v, from = x, envName(s.name)
		}
		if x, ok := given[s.name]; ok {
			v, from = x, "--"+s.name
		}
		if err := s.set(c, v); err != nil {
			if s.secret {
				return nil, fmt.Errorf("%s: %w", from, err)
			}
			return nil, fmt.Errorf("%s: %q: %w", from, v, err)
		}
		c.from[s.name] = from
	}
	return c, c.check()
}

// configFile is a TOML file's settings as texts.
type configFile struct {
	path   string
	data   []byte
	values map[string]string
}

// place is FILE:LINE of a key.
func (f *configFile) place(key string) string {
	at := regexp.MustCompile(`(?m)^\s*["']?` + regexp.QuoteMeta(key) + `["']?\s*=`).FindIndex(f.data)
	if at == nil {
		return f.path
	}
	return fmt.Sprintf("%s:%d", f.path, 1+bytes.Count(f.data[:at[1]], []byte("\n")))
}

// readConfigFile reads a file strictly: a key that is no setting is an error with its line.
func readConfigFile(path string) (*configFile, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("configuration file: %w", err)
	}
	// The struct that the strict decoder wants is made from the list of settings.
	var fields []reflect.StructField
	list := settings()
	for i, s := range list {
		fields = append(fields, reflect.StructField{
			Name: fmt.Sprintf("F%d", i), Type: reflect.TypeFor[any](),
			Tag: reflect.StructTag(`toml:"` + s.name + `"`),
		})
	}
	into := reflect.New(reflect.StructOf(fields))
	if err := toml.NewDecoder(bytes.NewReader(data)).DisallowUnknownFields().Decode(into.Interface()); err != nil {
		return nil, tomlError(path, err)
	}
	f := &configFile{path: path, data: data, values: map[string]string{}}
	for i, s := range list {
		if v := into.Elem().Field(i); !v.IsNil() {
			t, err := tomlText(v.Interface())
			if err != nil {
				return nil, fmt.Errorf("%s: %s: %w", f.place(s.name), s.name, err)
			}
			f.values[s.name] = t
		}
	}
	return f, nil
}

func tomlError(path string, err error) error {
	var missing *toml.StrictMissingError
	if errors.As(err, &missing) && len(missing.Errors) > 0 {
		e := missing.Errors[0]
		line, _ := e.Position()
		return fmt.Errorf("%s:%d: there is no setting %q", path, line, strings.Join(e.Key(), "."))
	}
	var bad *toml.DecodeError
	if errors.As(err, &bad) {
		line, _ := bad.Position()
		return fmt.Errorf("%s:%d: %s", path, line, strings.TrimPrefix(bad.Error(), "toml: "))
	}
	return fmt.Errorf("%s: %w", path, err)
}

func tomlText(v any) (string, error) {
	switch x := v.(type) {
	case string:
		return x, nil
	case int64, bool:
		return fmt.Sprint(x), nil
	case []any:
		var parts []string
		for _, e := range x {
			s, ok := e.(string)
			if !ok {
				return "", fmt.Errorf("want a list of texts")
			}
			parts = append(parts, s)
		}
		return strings.Join(parts, ","), nil
	}
	return "", fmt.Errorf("want a text, a whole number or a list of texts")
}

// Explained is one setting with its value, where that came from, and what it means.
type Explained struct {
	Name    string `json:"name"`
	Value   string `json:"value"`
	From    string `json:"from" doc:"flag、env、file 或 default"`
	Place   string `json:"place,omitempty" doc:"参数、环境变量或文件行"`
	Explain string `json:"explain"`
}

// Explain lists all settings. Secrets are shown as set or not.
func (c *Config) Explain() []Explained {
	var out []Explained
	for _, s := range settings() {
		v := s.get(c)
		if s.secret && v != "" {
			v = "（已设置，不显示）"
		}
		e := Explained{Name: s.name, Value: v, From: "default", Explain: s.explain}
		switch place := c.from[s.name]; {
		case place == "", place == "default":
		case strings.HasPrefix(place, "--"):
			e.From, e.Place = "flag", place
		case strings.HasPrefix(place, EnvPrefix):
			e.From, e.Place = "env", place
		default:
			e.From, e.Place = "file", place
		}
		out = append(out, e)
	}
	return out
}
