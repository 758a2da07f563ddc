namespace ReplicatedDs.Dashboard.Otlp;

/// <summary>A request that is not taken; the message is one sentence for whoever set up the sender.</summary>
internal sealed class OtlpRefusal(int status, string sentence) : Exception(sentence)
{
    public int Status => status;
}
