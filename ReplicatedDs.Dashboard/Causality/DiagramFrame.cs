using System.Text.Json.Serialization;

namespace ReplicatedDs.Dashboard.Causality;

/// <summary>What a viewer of the diagram gets at a time.</summary>
/// <param name="At">The dashboard's clock, in Unix microseconds.</param>
/// <param name="Epoch">Another one than before: the numbers began anew, and what the viewer holds is of an earlier process.</param>
/// <param name="Rows">The first row of each replica carries its clock, so that a frame can be read by itself.</param>
/// <param name="Lost">Rows before these that this viewer did not get, because it was too slow or away.</param>
/// <param name="Oldest">The number of the oldest row that can still be asked for.</param>
/// <param name="Last">The number of the newest row there is.</param>
/// <param name="Version">Of the picture that the lanes are from.</param>
/// <param name="Lanes">The members; left out while the viewer knows this version.</param>
public sealed record DiagramFrame(
    long At,
    string Epoch,
    IReadOnlyList<DiagramRow> Rows,
    long Lost,
    long Oldest,
    long Last,
    long Version,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<DiagramLane>? Lanes);
