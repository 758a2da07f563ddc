// Each test class has a cluster and a browser of its own: one at a time is what a small machine carries.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
