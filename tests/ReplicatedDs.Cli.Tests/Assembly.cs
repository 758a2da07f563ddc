// Some classes start a real cluster; two at once would fight for the processor and spoil each other's deadlines.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
