package rest

import (
	"reflect"
	"regexp"
	"strconv"
	"strings"
)

var problemType = reflect.TypeFor[Problem]()

func statusText(n int) string { return strconv.Itoa(n) }

// phrase is one of huma's messages and its Chinese; $1 and $2 are its parts.
type phrase struct {
	english *regexp.Regexp
	chinese string
	field   bool // $1 is the name of a field
}

func say(english, chinese string) phrase {
	return phrase{regexp.MustCompile("^" + english + "$"), chinese, false}
}

func sayField(english, chinese string) phrase {
	p := say(english, chinese)
	p.field = true
	return p
}

// phrases is the fixed set; a test walks huma's message list and finds the missing ones.
var phrases = []phrase{
	sayField(`expected required property (.+) to be present`, "缺少必填项：$1"),
	say(`required \w+ parameter is missing`, "缺少必填参数"),
	say(`unexpected property`, "没有这一项"),
	say(`unknown query parameter`, "没有这个查询参数"),
	say(`expected length >= (\d+)`, "至少 $1 个字符"),
	say(`expected length <= (\d+)`, "最多 $1 个字符"),
	say(`expected number >= (.+)`, "不得小于 $1"),
	say(`expected number > (.+)`, "必须大于 $1"),
	say(`expected number <= (.+)`, "不得大于 $1"),
	say(`expected number < (.+)`, "必须小于 $1"),
	say(`expected number to be a multiple of (.+)`, "必须是 $1 的倍数"),
	say(`expected array length >= (\d+)`, "至少 $1 项"),
	say(`expected array length <= (\d+)`, "最多 $1 项"),
	say(`expected object with at least (\d+) properties`, "至少 $1 个属性"),
	say(`expected object with at most (\d+) properties`, "最多 $1 个属性"),
	say(`expected array items to be unique`, "不得重复"),
	say(`expected value to be one of "(.+)"`, "应为以下之一：$1"),
	say(`expected boolean|invalid boolean`, "应为 true 或 false"),
	say(`expected integer|invalid integer`, "应为整数"),
	say(`expected number|invalid float(ing value)?`, "应为数值"),
	say(`expected string`, "应为文本"),
	say(`expected array`, "应为列表"),
	say(`expected object`, "应为对象"),
	say(`expected string to be base64 encoded`, "应为 Base64 编码"),
	say(`expected string to match pattern (.+)`, "格式不符，应符合 $1"),
	say(`expected string to be RFC 3339 date-time|invalid date/time for format .+`, "时间格式应如 2026-08-28T07:00:00+08:00"),
	say(`expected string to be RFC 1123 date-time`, "时间格式应符合 RFC 1123"),
	say(`expected string to be RFC 3339 date`, "日期格式应如 2026-08-28"),
	say(`expected string to be RFC 3339 time`, "时刻格式应如 07:00:00+08:00"),
	say(`expected duration: .+`, "时长格式应如 1h30m"),
	say(`expected string to be RFC 5322 email: .+`, "不是有效的邮箱地址"),
	say(`expected string to be RFC 5890 hostname`, "不是有效的主机名"),
	say(`expected string to be (either )?RFC 2(673|373) ip.+`, "不是有效的 IP 地址"),
	say(`expected string to be RFC 3986 uri: .+|invalid url.URL value`, "不是有效的网址"),
	say(`expected string to be RFC 4122 uuid: .+`, "不是有效的 UUID"),
	say(`expected string to be RFC 6570 uri-template|expected string to be RFC 6901 (relative-)?json-pointer|expected string to be regex: .+`, "格式有误"),
	say(`expected string to be (.+)`, "格式应为 $1"),
	say(`expected value to (match|not match) .+`, "内容不符合要求的结构"),
	say(`expected propertyName value to be present in object`, "缺少用于区分类型的属性"),
	sayField(`expected property (.+) to be present when (.+) is present`, "填写 $2 时必须同时填写 $1"),
	say(`expected at most one value, but received multiple values`, "只能填写一个值"),
	say(`write only property is non-zero`, "该项只能写入"),
	say(`unknown content type: .*`, "不支持的内容类型"),
	say(`invalid value: .+|unparsable value|unsupported type`, "内容无法识别"),
	say(`unexpected end of JSON input|unexpected EOF`, "JSON 不完整"),
	say(`invalid character .+|json: .+`, "JSON 有语法错误或类型不符"),
}

// labels are Chinese names of common fields.
var labels = map[string]string{
	"region": "行政区", "asOf": "时点", "from": "开始", "to": "结束", "date": "日期", "year": "年份",
	"name": "名称", "displayName": "姓名", "password": "密码", "old": "原密码", "new": "新密码",
	"reason": "原因", "value": "数值", "site": "站点", "factor": "监测项", "time": "时间",
	"kind": "类别", "parent": "上级", "unit": "单位", "role": "角色", "scope": "范围",
	"language": "语言", "cursor": "翻页位置", "limit": "每页条数", "source": "来源", "postId": "岗位",
}

// chinese translates one of huma's messages. An unknown one, which the test of the list
// should have found, becomes a plain sentence instead of English.
func (a *API) chinese(message string) string {
	for _, p := range phrases {
		m := p.english.FindStringSubmatchIndex(message)
		if m == nil {
			continue
		}
		out := string(p.english.ExpandString(nil, p.chinese, message, m))
		if p.field {
			name := message[m[2]:m[3]]
			out = strings.Replace(out, name, a.label(name), 1)
		}
		return out
	}
	if hasHan(message) {
		return message // a resolver of a room
	}
	return "内容有误"
}

// label is "行政区（region）" for a known field, else the bare name.
func (a *API) label(name string) string {
	if l := a.cfg.Labels[name]; l != "" {
		return l + "（" + name + "）"
	}
	if l := labels[name]; l != "" {
		return l + "（" + name + "）"
	}
	return name
}

func hasHan(s string) bool {
	for _, r := range s {
		if r >= 0x4e00 && r <= 0x9fff {
			return true
		}
	}
	return false
}
