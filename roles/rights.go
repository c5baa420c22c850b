package roles

import (
	"slices"

	"foyer/media"
	"foyer/models"
)

// Rights are what the role may do in media. They are never changed.
func (r *Role) Rights() media.Rights { return r.rights }

// readRights reads what a role may publish, within which bounds, and whom it hears (contract 4.2 to 4.4). The document is complete.
func readRights(name string, doc models.Document) media.Rights {
	rights := media.Rights{Role: name, Hears: texts(find(doc, "subscribeParams.subscribeToRoles"))}
	rights.Inbound = whole(find(doc, "subscribeParams.maxSubsBitRate"))
	allowed := texts(find(doc, "publishParams.allowed"))
	for sort, bound := range map[string]**media.Bound{"audio": &rights.Audio, "video": &rights.Video, "screen": &rights.Screen} {
		if slices.Contains(allowed, sort) {
			*bound = readBound(doc, sort)
		}
	}
	return rights
}

// readBound reads the bounds of what is published of a sort. With simulcast the client sends what the layers say, all at once: the bit rate
// that stands beside them does not bound their sum.
func readBound(doc models.Document, sort string) *media.Bound {
	params := "publishParams." + sort + "."
	b := &media.Bound{
		Bitrate: whole(find(doc, params+"bitRate")), FrameRate: whole(find(doc, params+"frameRate")),
		Width: whole(find(doc, params+"width")), Height: whole(find(doc, params+"height")),
	}
	sum := 0
	layers, _ := find(doc, "publishParams.simulcast."+sort+".layers").([]any)
	for _, each := range layers {
		layer, _ := each.(map[string]any)
		rate := whole(layer["maxBitrate"])
		if rate == 0 { // it does not say
			rate = b.Bitrate
		}
		sum += rate
	}
	b.Bitrate = max(b.Bitrate, sum)
	return b
}

// whole is a number that is not negative; 0 for anything else.
func whole(value any) int {
	n, _ := float(value)
	return max(0, int(n))
}

// texts are the strings of a list.
func texts(value any) []string {
	list, _ := value.([]any)
	var all []string
	for _, each := range list {
		if text, ok := each.(string); ok {
			all = append(all, text)
		}
	}
	return all
}
