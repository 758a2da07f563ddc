// Every test class has a cluster of its own; two at once would fight for the processor and spoil each other's deadlines.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
