package importer

import (
	"fmt"
	"strings"
)

// Reason says why a value, a row or a file was refused: a stable code and what was found.
type Reason struct {
	Code string
	Arg  string
}

// reasonText holds the sentences of a code in English and Chinese; %s is the argument.
var reasonText = map[string][2]string{
	// values
	"not_a_number":    {"%q is not a number", "“%s”不是数值"},
	"out_of_range":    {"%s is beyond what is possible", "%s 超出可能的范围"},
	"unit_suspected":  {"%s is beyond the range; is the column in another unit?", "%s 超出可能的范围，请检查该列的单位"},
	"negative":        {"%s is negative", "%s 为负值"},
	"corrected_holds": {"a person's correction stands (%s)", "该值已由人工更正（%s），不被导入覆盖"},
	// rows
	"ragged":          {"%s cells where the header has %s", "列数不符：本行 %s 列，表头 %s 列"},
	"quote":           {"%s", "引号有误：%s"},
	"nul":             {"NUL byte in the row", "行内有 NUL 字节"},
	"encoding":        {"bytes that are not %s", "有不属于 %s 的字节"},
	"too_long":        {"the record is longer than %s bytes", "一行超过 %s 字节"},
	"time":            {"%q is not a time", "“%s”不是时间"},
	"time_grid":       {"%q is not on the hour", "“%s”不是整点"},
	"future":          {"%s is in the future", "%s 在未来"},
	"too_old":         {"%s is before 1990", "%s 早于 1990 年"},
	"no_place":        {"no city or station", "缺少城市或站点"},
	"unknown_place":   {"unknown station or city %q", "未知的站点或城市“%s”"},
	"station_closed":  {"station %s was not in operation then", "站点 %s 当时未运行"},
	"no_right":        {"no right to import for %s", "无权导入 %s 的数据"},
	"ambiguous_place": {"%q is the name of more than one station", "“%s”对应多个站点"},
	"contradicts":     {"a second row for the same place and time with other values; the first is line %s", "同一站点同一时刻重复出现且数值不同，首次出现在第 %s 行"},
	"unknown_type":    {"unknown type %q", "未知的指标类型“%s”"},
	"column_twice":    {"the place stands in two columns (%s)", "同一站点占了两列（%s）"},
	// stations
	"site_code":    {"%q is not a station code", "“%s”不是站点编码"},
	"site_name":    {"no station name", "缺少站点名称"},
	"coordinate":   {"%s is not a place in China", "坐标 %s 不在中国范围内"},
	"swapped":      {"longitude and latitude are swapped (%s)", "经纬度写反了（%s）"},
	"site_twice":   {"station %s stands twice; the first is line %s", "站点 %s 重复出现，首次在第 %s 行"},
	"site_refused": {"%s", "%s"},
	"more":         {"%s further values were refused and are not listed", "另有 %s 个被拒收的数据未逐条列出"},
	"site_region":  {"unknown city %q", "未知的城市“%s”"},
	"site_county":  {"unknown county %q of the city", "“%s”不是该市已登记的区县"},
	"site_kind":    {"%q is no kind of station: national, county or micro", "“%s”不是点位类型，应为国控、县控或微站"},
	"yes_no":       {"%q is neither yes nor no", "“%s”既不是“是”也不是“否”"},
	// regions
	"region_code":  {"%q is not the code of a region", "“%s”不是行政区代码（2、4、6、9 或 12 位）"},
	"region_name":  {"no name of the region", "缺少行政区名称"},
	"region_twice": {"region %s stands twice; the first is line %s", "行政区 %s 重复出现，首次在第 %s 行"},
	// files
	"empty":           {"the file is empty", "文件是空的"},
	"no_rows":         {"the file has a header but no rows", "文件只有表头，没有数据"},
	"binary":          {"not a text file", "不是文本文件"},
	"archive":         {"a ZIP archive or Excel workbook; save it as CSV", "这是压缩包或 Excel 文件，请另存为 CSV 后再导入"},
	"file_encoding":   {"the text is neither UTF-8 nor GB 18030 (%s)", "文字编码既不是 UTF-8 也不是 GB 18030（%s），请另存为 UTF-8"},
	"truncated_gzip":  {"the gzip file ends in the middle; nothing was stored", "压缩文件不完整（中途截断），未导入任何数据"},
	"broken_gzip":     {"the gzip file is damaged (%s); nothing was stored", "压缩文件已损坏（%s），未导入任何数据"},
	"nested_gzip":     {"gzip inside gzip", "压缩文件里仍是压缩文件"},
	"cut":             {"the file ends in the middle of line %s; nothing was stored", "文件在第 %s 行中途截断，未导入任何数据"},
	"too_large":       {"more than %s of text; split the file or raise the limit", "解压后超过 %s，请拆分文件或提高上限"},
	"bomb":            {"it unpacks to more than %s times its size and was refused", "解压后超过原大小的 %s 倍，疑似压缩炸弹，已拒绝"},
	"header":          {"header: %s", "表头有误：%s"},
	"header_twice":    {"the columns %s mean the same", "列 %s 含义相同"},
	"header_lacks":    {"the header lacks %s", "表头缺少 %s"},
	"unknown_kind":    {"what the file holds was not recognised from its header (%s)", "无法从表头识别文件内容（%s）"},
	"unknown_field":   {"no field %q", "没有字段“%s”"},
	"unknown_column":  {"the file has no column %q", "文件中没有列“%s”"},
	"unknown_profile": {"no profile %q", "没有格式方案“%s”"},
	"read":            {"the file could not be read: %s", "文件读取失败：%s"},
}

// because makes a reason.
func because(code, arg string) Reason { return Reason{code, arg} }

// String is the reason in English, as the command line prints it.
func (r Reason) String() string { return r.in(0) }

// Chinese is the reason for people.
func (r Reason) Chinese() string { return r.in(1) }

func (r Reason) in(language int) string {
	text, ok := reasonText[r.Code]
	if !ok {
		return strings.TrimSpace(r.Code + " " + r.Arg)
	}
	f := text[language]
	switch strings.Count(f, "%") {
	case 0:
		return f
	case 1:
		return fmt.Sprintf(f, r.Arg)
	}
	a, b, _ := strings.Cut(r.Arg, "|")
	return fmt.Sprintf(f, a, b)
}

// FileError refuses a whole file: nothing of it may be stored.
type FileError struct {
	File   string
	Line   int // 0 when it is not about a line
	Reason Reason
	Cause  error
}

func (e *FileError) Error() string {
	where := e.File
	if e.Line > 0 {
		where = fmt.Sprintf("%s:%d", where, e.Line)
	}
	return where + ": " + e.Reason.String()
}

// Chinese is the error for people, without the file's name.
func (e *FileError) Chinese() string {
	if e.Line > 0 && e.Reason.Code != "cut" {
		return fmt.Sprintf("第 %d 行：%s", e.Line, e.Reason.Chinese())
	}
	return e.Reason.Chinese()
}

func (e *FileError) Unwrap() error { return e.Cause }

// short keeps messages readable when a cell holds a page of text.
func short[T string | []byte](s T) string {
	if len(s) > 60 {
		return strings.ToValidUTF8(string(s[:60]), "") + "…"
	}
	return strings.ToValidUTF8(string(s), "?")
}
