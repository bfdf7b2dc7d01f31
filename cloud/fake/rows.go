package fake

import (
	"slices"

	"cloudsync/resource"
)

// Rows are resources as a listing has them.
func Rows[T any, P interface {
	*T
	resource.Row
}](all []T) (rows []resource.Row) {
	for _, one := range all {
		rows = append(rows, P(&one))
	}
	return rows
}

// Row is the group as a listing has it, with its rules as lines.
func (g SecurityGroup) Row() *resource.SecurityGroup {
	row := g.SecurityGroup
	for _, rule := range g.Rules {
		row.Rules = append(row.Rules, rule.String())
	}
	slices.Sort(row.Rules)
	return &row
}

// SecurityGroupRows are groups as a listing has them.
func SecurityGroupRows(all []SecurityGroup) (rows []resource.Row) {
	for _, group := range all {
		rows = append(rows, group.Row())
	}
	return rows
}
