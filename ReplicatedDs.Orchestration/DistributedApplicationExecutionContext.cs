namespace Aspire.Hosting;

public class DistributedApplicationExecutionContext
{
    /// <value>Always true here: publishing is the business of the real Aspire.</value>
    public bool IsRunMode => true;
}
