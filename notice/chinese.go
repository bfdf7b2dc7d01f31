package notice

import (
	"fmt"
	"strings"

	"cloudsync/human"
)

var chinese = words{
	title: chineseTitle, subject: chineseSubject,
	test: "【测试】并未发生实际事件：", more: "另有 %d 项", decide: "查看并处理", look: "查看",
	blank:    "（该接收者的模板对此通知只输出空白）",
	dropping: "这些通知产生于 %s 至 %s。可用 `starter notices --fate dropped` 查看。",
}

// chineseTitles have a title for each event and state. Kinds keep their names, which are those of
// the tables.
var chineseTitles = map[Event]map[State]func(n *Notice, kind string) string{
	Held: {
		Begun: func(n *Notice, kind string) string {
			return "删除已暂停，等待确认：" + chineseRowsIn(n, kind)
		},
		Stands: func(n *Notice, kind string) string {
			return "删除仍处于暂停，等待确认：" + chineseRowsIn(n, kind)
		},
		Over: func(n *Notice, kind string) string { return "删除已解除暂停：" + chineseRowsIn(n, kind) },
	},
	Failed: {
		Begun:  func(_ *Notice, kind string) string { return kind + " 同步失败" },
		Stands: func(_ *Notice, kind string) string { return kind + " 同步仍然失败" },
		Over:   func(_ *Notice, kind string) string { return kind + " 同步已恢复" },
	},
	Partial: {
		Begun: func(n *Notice, kind string) string {
			return fmt.Sprintf("%s 有 %d 个范围同步失败", kind, n.Scopes)
		},
		Stands: func(n *Notice, kind string) string {
			return fmt.Sprintf("%s 有 %d 个范围仍然同步失败", kind, n.Scopes)
		},
		Over: func(n *Notice, kind string) string {
			return fmt.Sprintf("%s 的 %d 个范围已恢复同步", kind, n.Scopes)
		},
	},
	Late: {
		Begun:  func(_ *Notice, kind string) string { return kind + " 的数据已过时" },
		Stands: func(_ *Notice, kind string) string { return kind + " 的数据仍然过时" },
		Over:   func(_ *Notice, kind string) string { return kind + " 的数据已恢复更新" },
	},
	Orphans: {
		Begun: func(n *Notice, kind string) string {
			return fmt.Sprintf("%s 有 %d 行不属于任何已配置的范围", kind, n.Rows)
		},
		Stands: func(n *Notice, kind string) string {
			return fmt.Sprintf("%s 仍有 %d 行不属于任何已配置的范围", kind, n.Rows)
		},
		Over: func(_ *Notice, kind string) string { return kind + " 不再有不属于任何范围的行" },
	},
	Changed: {
		Begun: func(n *Notice, kind string) string {
			if n.Count > 1 {
				return fmt.Sprintf("%s 的 %d 次同步共变更了 %d 行", kind, n.Count, n.Rows)
			}
			return fmt.Sprintf("%s 的一次同步变更了 %d 行", kind, n.Rows)
		},
	},
	Dropped: {
		Begun: func(n *Notice, _ string) string {
			return fmt.Sprintf("%d 条通知未能发出，已放弃重试", n.Dropping.Count)
		},
	},
}

func chineseTitle(n *Notice) string {
	title, ok := chineseTitles[n.Event][n.State]
	if !ok { // of a later version of the program
		return fmt.Sprintf("%s %s：%s", n.Event, n.State, human.Kind(n.Kind))
	}
	return title(n, human.Kind(n.Kind))
}

func chineseRowsIn(n *Notice, kind string) string {
	return fmt.Sprintf("%s 共 %d 行，涉及 %d 个范围", kind, n.Rows, n.Scopes)
}

func chineseSubject(n *Notice, s *Subject) string {
	var parts []string
	switch s.Event {
	case Held, Changed:
		parts = append(parts, fmt.Sprintf("%d 行（共 %d 行）", s.Rows, s.Base))
	case Partial, Late:
		if s.Scopes > 0 {
			parts = append(parts, fmt.Sprintf("%d 个范围", s.Scopes))
		}
	}
	if n.State != Over && !s.Event.Passes() {
		parts = append(parts, "自 "+moment(s.Since)+" 起")
	}
	if s.Reason != "" && n.State != Over {
		parts = append(parts, short(s.Reason))
	}
	return placeThen(s, strings.Join(parts, "，"), "：")
}
