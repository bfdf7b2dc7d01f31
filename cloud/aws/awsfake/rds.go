package awsfake

import (
	"encoding/xml"
	"strconv"
	"time"

	"cloudsync/cloud/fake"
)

type databasesAnswer struct {
	XMLName   xml.Name `xml:"http://rds.amazonaws.com/doc/2014-10-31/ DescribeDBInstancesResponse"`
	Databases struct {
		Items []database `xml:"DBInstance"`
	} `xml:"DescribeDBInstancesResult>DBInstances"`
	Marker    string `xml:"DescribeDBInstancesResult>Marker,omitempty"`
	RequestID string `xml:"ResponseMetadata>RequestId"`
}

type database struct {
	ID         string         `xml:"DbiResourceId"`
	Name       string         `xml:"DBInstanceIdentifier"`
	Status     string         `xml:"DBInstanceStatus"`
	Zone       string         `xml:"AvailabilityZone,omitempty"`
	Engine     string         `xml:"Engine"`
	Version    string         `xml:"EngineVersion"`
	Class      string         `xml:"DBInstanceClass"`
	StorageGiB int64          `xml:"AllocatedStorage"`
	Endpoint   *endpoint      `xml:"Endpoint"`
	Group      *subnetGroup   `xml:"DBSubnetGroup"`
	Features   []feature      `xml:"ProcessorFeatures>ProcessorFeature"`
	Tags       []capitalTag   `xml:"TagList>Tag"`
	Created    string         `xml:"InstanceCreateTime,omitempty"`
	Restorable string         `xml:"LatestRestorableTime"`
	User       string         `xml:"MasterUsername"`
	Statuses   []statusDetail `xml:"StatusInfos>DBInstanceStatusInfo"`
}

type endpoint struct {
	Address string `xml:"Address"`
	Port    int64  `xml:"Port"`
}

type subnetGroup struct {
	VPC     string   `xml:"VpcId"`
	Subnets []subnet `xml:"Subnets>Subnet"`
}

type subnet struct {
	ID   string `xml:"SubnetIdentifier"`
	Zone string `xml:"SubnetAvailabilityZone>Name"`
}

type feature struct {
	Name  string `xml:"Name"`
	Value string `xml:"Value"`
}

type capitalTag struct {
	Key   string `xml:"Key"`
	Value string `xml:"Value"`
}

type statusDetail struct {
	Message string `xml:"Message"`
}

func (q *request) describeDBInstances() (any, error) {
	limit, err := q.limit("MaxRecords", 20, 100)
	if err != nil {
		return nil, err
	}
	filters, err := q.filters("Filters.Filter.", ".Values.Value")
	if err != nil {
		return nil, err
	}
	var databases []fake.Database
	for _, of := range q.Region.Databases {
		if filters.take("dbi-resource-id", of.ID) {
			databases = append(databases, of)
		}
	}
	databases, next, err := page(q, databases, limit)
	if err != nil {
		return nil, err
	}
	answer := databasesAnswer{Marker: next, RequestID: q.id()}
	for _, of := range varied(q, databases) {
		answer.Databases.Items = append(answer.Databases.Items, q.database(of))
	}
	return answer, nil
}

func (q *request) database(of fake.Database) database {
	now := time.Now()
	item := database{
		ID: of.ID, Name: of.Name, Status: of.Status, Zone: of.Zone, Engine: of.Engine, Version: of.Version, Class: of.Type,
		StorageGiB: of.StorageGiB, Tags: q.capitalTags(of.Tags), Created: timeText(of.Created),
		Restorable: timeText(now), User: Planted, Statuses: []statusDetail{{now.String()}},
	}
	if of.Endpoint != "" {
		item.Endpoint = &endpoint{of.Endpoint, of.Port}
	}
	if of.VPC != "" {
		item.Group = &subnetGroup{VPC: of.VPC, Subnets: varied(q, []subnet{{of.Subnet, of.Zone}, {of.Subnet + "-standby", of.Zone + "-standby"}})}
	}
	if of.VCPU > 0 {
		item.Features = varied(q, []feature{{"coreCount", strconv.FormatInt(of.VCPU, 10)}, {"threadsPerCore", "1"}})
	}
	return item
}

func (q *request) capitalTags(tags map[string]string) []capitalTag {
	var list []capitalTag
	for key, value := range tags {
		list = append(list, capitalTag{key, value})
	}
	return list
}
