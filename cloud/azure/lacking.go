package azure

import (
	"fmt"
	"strings"

	"cloudsync/cloud"
)

// The lists that hosts are joined with, by what is in them.
const (
	ofStatuses   = "power state"
	ofInterfaces = "network interface"
	ofAddresses  = "public IP"
)

// lacking says that a list lacks what a machine has, though it was listed after the
// machine. The row would have half its fields.
func lacking(what string, id armID) string { return "no list has its " + what + " " + id.name() }

// checkLists fails where a whole list is empty that machines are in: that says nothing
// of a machine.
func (j *joined) checkLists(n needs) error {
	switch {
	case len(n.machines) > 0 && len(j.statuses) == 0:
		return emptyList("vm_status_list", ofStatuses)
	case len(n.interfaces) > 0 && len(j.interfaces) == 0:
		return emptyList("nic_list", ofInterfaces)
	case len(j.publicIPs(n.interfaces)) > 0 && len(j.addresses) == 0:
		return emptyList("publicip_list", ofAddresses)
	default:
		return nil
	}
}

func emptyList(action, what string) error {
	return &cloud.Error{Class: cloud.Incomplete, Doing: action, Err: fmt.Errorf("the list is empty, and machines have a %s each", what)}
}

// missing is the error of a list that lacks what a resource has: it was listed at
// another moment. The row would have half its fields.
func missing(action, who, what string, id armID) error {
	return &cloud.Error{Class: cloud.Incomplete, Doing: action, Err: fmt.Errorf("%s has %s %s, which its list lacks", who, what, id)}
}

// name is the last part of an id.
func (id armID) name() string { return string(id[strings.LastIndexByte(string(id), '/')+1:]) }
