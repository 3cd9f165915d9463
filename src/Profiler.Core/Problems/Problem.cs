using System.Text.Json.Serialization;

namespace Profiler.Core.Problems;

/// <summary>Something that was lost, is unknown or is wrong in a capture.</summary>
/// <param name="Id">One of <see cref="ProblemKinds"/>, or that of a later version.</param>
/// <param name="Count">How often; null if it is not counted.</param>
/// <param name="Detail">What it is about: a probe's name, a file; printable.</param>
public sealed record Problem(string Id, long? Count = null, string? Detail = null)
{
    /// <summary>Its row in the table.</summary>
    [JsonIgnore]
    public ProblemKind Kind => ProblemKinds.Of(Id);

    /// <summary>One sentence, without a full stop.</summary>
    [JsonIgnore]
    public string Text => Kind.Words(this);
}

/// <summary>How much a problem matters.</summary>
public enum Impact
{
    /// <summary>No figure is wrong because of it.</summary>
    Note,

    /// <summary>Figures may be wrong or missing.</summary>
    Incomplete,
}

/// <summary>A kind of problem.</summary>
/// <param name="Id">Its stable name in all outputs.</param>
/// <param name="Impact">How much it matters.</param>
/// <param name="Meaning">What it means, for the metric's help and the documents.</param>
/// <param name="Words">The sentence about one problem, without the full stop.</param>
/// <param name="Remedy">What would help; null if nothing can be done.</param>
public sealed record ProblemKind(string Id, Impact Impact, string Meaning, Func<Problem, string> Words, string? Remedy = null);
