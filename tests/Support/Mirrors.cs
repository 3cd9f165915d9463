using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Profiler.Tests.Support;

/// <summary>
/// What assemblies repeat of C headers, each compared with what a C compiler makes of them: structs by their size and by
/// offset and size of each field, enumerations and constants by value. What should be compared and is not fails as well:
/// see <see cref="Unchecked"/>.
/// </summary>
/// <param name="assembly">Whose mirrors are checked; besides, that of each type that is named.</param>
/// <param name="headers">What is included, in this order.</param>
public sealed class Mirrors(Assembly assembly, params string[] headers)
{
    private const BindingFlags Declared =
        BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private readonly List<string> _lines = [];
    private readonly HashSet<string> _checked = [];
    private readonly HashSet<Assembly> _assemblies = [assembly];
    private string? _namespace;

    /// <summary>All structs and enumerations of this namespace are mirrors.</summary>
    public Mirrors AllOf(string @namespace)
    {
        _namespace = @namespace;
        return this;
    }

    /// <summary>A struct; its fields are named as in C, or the same in Pascal case.</summary>
    /// <param name="c">Its type in C: "struct event".</param>
    /// <param name="isHead">It ends with its last field, where C's may go on.</param>
    /// <param name="size">Its size in C, where that is not the whole struct's.</param>
    /// <param name="fields">Fields that are named otherwise in C, or are within others.</param>
    public Mirrors Struct<T>(string c, bool isHead = false, string? size = null, Dictionary<string, string>? fields = null)
        where T : unmanaged
    {
        string last = "";
        foreach (FieldInfo field in typeof(T).GetFields(Declared).Where(f => !f.IsStatic))
        {
            string name = fields?.GetValueOrDefault(field.Name) ?? NameInC(field.Name);
            string fieldSize = $"sizeof((({c} *)0)->{name})";
            Compare($"offsetof({c}, {name})", Marshal.OffsetOf<T>(field.Name));
            Compare(fieldSize, RuntimeHelpers.SizeOf(field.FieldType.TypeHandle));
            last = $"offsetof({c}, {name}) + {fieldSize}";
        }
        Compare(isHead ? last : size ?? $"sizeof({c})", Unsafe.SizeOf<T>());
        Add(typeof(T));
        return this;
    }

    /// <summary>All constants of a type that are named as in C, and others that have an expression there.</summary>
    /// <param name="type">Where they are declared.</param>
    /// <param name="names">C expressions for those that are not named as in C.</param>
    public Mirrors Constants(Type type, Dictionary<string, string>? names = null)
    {
        _assemblies.Add(type.Assembly);
        foreach (FieldInfo constant in Numbers(type).Where(c => IsNamedAsInC(c.Name) || names?.ContainsKey(c.Name) is true))
        {
            Compare(names?.GetValueOrDefault(constant.Name) ?? constant.Name, Value(constant));
            _checked.Add(FullName(constant));
        }
        return this;
    }

    /// <summary>An enumeration whose values are named as in C but for the prefix; "None" is C#'s own.</summary>
    /// <param name="prefix">How all of them begin in C.</param>
    /// <param name="count">The C constant that is one more than the last; null if there is none.</param>
    public Mirrors Enum<T>(string prefix, string? count = null) where T : struct, Enum
    {
        foreach (T value in System.Enum.GetValues<T>().Where(v => v.ToString() != "None"))
            Compare(prefix + JsonNamingPolicy.SnakeCaseUpper.ConvertName(value.ToString()), Convert.ToInt64(value));
        if (count is not null)
            Compare(count, System.Enum.GetValues<T>().Max(v => Convert.ToInt64(v)) + 1);
        Add(typeof(T));
        return this;
    }

    /// <summary>A struct, and its constants, that another test checks, by other headers.</summary>
    /// <param name="type">The struct.</param>
    /// <param name="test">That test.</param>
    public Mirrors CheckedBy(Type type, string test)
    {
        Assert.NotEmpty(test);
        Add(type);
        _checked.UnionWith(Numbers(type).Select(FullName));
        return this;
    }

    /// <summary>Compares, and fails if anything is left that is not compared.</summary>
    public void Check()
    {
        Assert.Equal([], Unchecked());
        CompareAll();
    }

    /// <summary>Compares only what was named.</summary>
    public void CompareAll() => Assert.Equal(_lines, CCompiler.Evaluate(headers, _lines.Select(l => l[..l.LastIndexOf(' ')])));

    /// <summary>
    /// What should be compared and was not: structs that native functions get, that have an explicit layout or are in the
    /// namespace of mirrors; enumerations in that; constants of those structs, of types with native functions, and wherever
    /// one is named as C names them.
    /// </summary>
    public IReadOnlyList<string> Unchecked()
    {
        Type[] types = [.. _assemblies.SelectMany(a => a.GetTypes()).Where(t => !t.FullName!.Contains('<'))];
        Type[] structs = [.. types.Where(IsMirror).Union(types.SelectMany(NativeArguments))];
        IEnumerable<FieldInfo> constants = types.SelectMany(t =>
            Numbers(t).Where(n => structs.Contains(t) || NativeFunctions(t).Any() || IsNamedAsInC(n.Name)));
        return [.. structs.Select(s => s.FullName!).Concat(constants.Select(FullName)).Except(_checked).Order()];
    }

    private void Add(Type type)
    {
        _assemblies.Add(type.Assembly);
        _checked.Add(type.FullName!);
    }

    private bool IsMirror(Type type) => type.IsValueType && !IsInlineArray(type) && !HasReferences(type) &&
        (type.IsExplicitLayout || (_namespace is not null && type.Namespace == _namespace));

    // LibraryImport leaves behind a function whose arguments are what is really handed over.
    private IEnumerable<Type> NativeArguments(Type type) => NativeFunctions(type)
        .SelectMany(f => f.GetParameters().Select(p => p.ParameterType).Append(f.ReturnType))
        .Select(t => t.HasElementType ? t.GetElementType()! : t)
        .Where(t => _assemblies.Contains(t.Assembly) && t is { IsValueType: true, IsEnum: false });

    private static IEnumerable<MethodInfo> NativeFunctions(Type type) =>
        type.GetMethods(Declared).Where(m => m.Attributes.HasFlag(MethodAttributes.PinvokeImpl));

    private static IEnumerable<FieldInfo> Numbers(Type type) => type.IsEnum
        ? []
        : type.GetFields(Declared).Where(f => f.IsLiteral && (f.FieldType.IsPrimitive || f.FieldType.IsEnum) && f.FieldType != typeof(bool));

    private static bool IsInlineArray(Type type) => type.IsDefined(typeof(InlineArrayAttribute));

    private static bool HasReferences(Type type) => type.IsGenericType || (bool)typeof(RuntimeHelpers)
        .GetMethod(nameof(RuntimeHelpers.IsReferenceOrContainsReferences))!.MakeGenericMethod(type).Invoke(null, null)!;

    // O_CLOEXEC, VFIO_TYPE1v2_IOMMU, EPERM.
    private static bool IsNamedAsInC(string name) =>
        name.Length > 1 && char.IsUpper(name[0]) && (name.Contains('_') || name.All(c => char.IsUpper(c) || char.IsDigit(c)));

    private static string NameInC(string field) => char.IsUpper(field[0]) ? JsonNamingPolicy.SnakeCaseLower.ConvertName(field) : field;

    private static string FullName(FieldInfo constant) => $"{constant.DeclaringType!.FullName}.{constant.Name}";

    private static long Value(FieldInfo constant) => constant.GetRawConstantValue() switch
    {
        ulong value => (long)value,
        nuint value => (long)value,
        nint value => value,
        char value => value,
        var value => Convert.ToInt64(value),
    };

    private void Compare(string c, long value) => _lines.Add($"{c} {value}");
}
