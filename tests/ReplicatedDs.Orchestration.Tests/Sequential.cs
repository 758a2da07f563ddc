// These tests start processes and measure how fast they go: they would disturb each other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
