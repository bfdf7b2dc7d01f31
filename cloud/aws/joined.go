package aws

import (
	"context"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"cloudsync/cloud/adapter"
)

// What a page is joined with is asked for by the ids on it, 200 in a call, where one call
// does. Else it is listed as a whole, once for all pages: 20,000 volumes on 10,000
// instances are 40 pages that take three calls each by id, and ten calls of a list.
// An id that the list lacks, of something newer, is asked for.

// tables are the whole lists, by region.
type tables struct {
	roots   adapter.Tables[map[string]string]                    // devices that instances start from, by instance id
	volumes adapter.Tables[map[string][]listed[ec2types.Volume]] // by instance id
}

// askedByID says whether what a page of a listing is joined with is asked for by the ids
// on the page, which is the only one.
func askedByID(cursor, next string, ids []string) bool {
	return cursor == "" && next == "" && len(ids) <= maxFilterValues
}

// rootsOf are the names of the devices that instances start from, by the instance's id.
func (s *session) rootsOf(ctx context.Context, region string, ids []string) (map[string]string, error) {
	roots := map[string]string{}
	err := s.eachInstance(ctx, region, ids, func(instance listed[ec2types.Instance]) {
		roots[idOf(instance, instanceID)] = rootDevice(instance)
	})
	return roots, err
}

// rootDevice is the device that an instance starts from. What else is odd about the
// instance is no matter of its disks.
func rootDevice(instance listed[ec2types.Instance]) string {
	if instance.unread != nil {
		return instance.unread.element.text("rootDeviceName")
	}
	return awssdk.ToString(instance.of.RootDeviceName)
}

func (s *session) allRoots(ctx context.Context, region string, begins bool) (map[string]string, error) {
	return s.tables.roots.Pages(ctx, region, begins, func(ctx context.Context, all map[string]string, cursor string) (map[string]string, string, error) {
		if cursor == "" {
			all = map[string]string{}
		}
		instances, next, err := s.instances(ctx, region, cursor)
		for _, instance := range instances {
			all[idOf(instance, instanceID)] = rootDevice(instance)
		}
		return all, next, err
	})
}

// volumesOf are the volumes of instances, by the instance's id; under no id is what the
// answer has of none.
func (s *session) volumesOf(ctx context.Context, region string, ids []string) (map[string][]listed[ec2types.Volume], error) {
	volumes := map[string][]listed[ec2types.Volume]{}
	err := s.eachVolume(ctx, region, byAttachedInstance, ids, func(volume listed[ec2types.Volume]) {
		addVolume(volumes, volume)
		if len(instancesOf(volume)) == 0 {
			volumes[""] = append(volumes[""], volume)
		}
	})
	return volumes, err
}

func (s *session) allVolumes(ctx context.Context, region string, begins bool) (map[string][]listed[ec2types.Volume], error) {
	return s.tables.volumes.Pages(ctx, region, begins,
		func(ctx context.Context, all map[string][]listed[ec2types.Volume], cursor string) (map[string][]listed[ec2types.Volume], string, error) {
			if cursor == "" {
				all = map[string][]listed[ec2types.Volume]{}
			}
			volumes, next, err := s.volumes(ctx, region, cursor)
			for _, volume := range volumes {
				addVolume(all, volume)
			}
			return all, next, err
		})
}

// addVolume adds the volume to each instance that it is attached to, without what its
// size does not need.
func addVolume(volumes map[string][]listed[ec2types.Volume], volume listed[ec2types.Volume]) {
	kept := volume
	kept.of = ec2types.Volume{VolumeId: volume.of.VolumeId, Size: volume.of.Size, Attachments: volume.of.Attachments}
	for _, id := range instancesOf(volume) {
		volumes[id] = append(volumes[id], kept)
	}
}

// instancesOf are the ids of the instances that a volume is attached to.
func instancesOf(volume listed[ec2types.Volume]) (ids []string) {
	if volume.unread != nil {
		return adapter.Set(volume.unread.element.all("instanceId")...)
	}
	for _, attachment := range volume.of.Attachments {
		ids = append(ids, awssdk.ToString(attachment.InstanceId))
	}
	return adapter.Set(ids...)
}

// joined picks what belongs to ids out of a whole list, and asks for what it lacks.
func joined[T any](all map[string]T, ids []string, ask func(ids []string) (map[string]T, error)) (map[string]T, error) {
	found := make(map[string]T, len(ids))
	var lacks []string
	for _, id := range ids {
		if one, there := all[id]; there {
			found[id] = one
		} else {
			lacks = append(lacks, id)
		}
	}
	asked, err := ask(lacks)
	for id, one := range asked {
		if _, there := found[id]; !there {
			found[id] = one
		}
	}
	return found, err
}
