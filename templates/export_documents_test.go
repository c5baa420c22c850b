package templates

// What the tests of the documents of a template need of the inside.
var (
	CheckSettings        = checkSettings
	CompleteSettings     = completeSettings
	CheckDestinations    = checkDestinations
	CompleteDestinations = completeDestinations
	CheckRecordings      = checkRecordings
	CheckPlugins         = checkPlugins
	NormalPlugins        = normalPlugins
)
