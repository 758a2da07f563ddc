using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace ReplicatedDs.Dashboard.Access;

/// <summary>Keys that live as long as the process: nothing that they protect outlives it, so none is written to the user's home.</summary>
internal sealed class KeysInMemory : IXmlRepository
{
    private readonly Lock _lock = new();
    private readonly List<XElement> _keys = [];

    public IReadOnlyCollection<XElement> GetAllElements()
    {
        lock (_lock)
        {
            return [.. _keys.Select(key => new XElement(key))];
        }
    }

    public void StoreElement(XElement element, string friendlyName)
    {
        lock (_lock)
        {
            _keys.Add(new XElement(element));
        }
    }
}
