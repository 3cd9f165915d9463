using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Profiler.Tests.Support;

/// <summary>
/// Compares the C# mirrors of C headers with the values of a C compiler: structs by size and by offset and size of each field,
/// enumerations and constants by value. A mirror that is not compared also fails: see <see cref="Unchecked"/>.
/// </summary>
/// <param name="assembly">The assembly whose mirrors are checked; the assembly of each named type is added.</param>
/// <param name="headers">Included headers, in this order.</param>
public sealed class Mirrors(Assembly assembly, params string[] headers)
{
    private const BindingFlags Declared =
        BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private readonly List<string> _lines = [];
    private readonly HashSet<string> _checked = [];
    private readonly HashSet<Assembly> _assemblies = [assembly];
    private string? _namespace;

    /// <summary>Declares all structs and enumerations of this namespace as mirrors.</summary>
    public Mirrors AllOf(string @namespace)
    {
        _namespace = @namespace;
        return this;
    }

    /// <summary>Compares a struct; field names equal those in C, or are the same in Pascal case.</summary>
    /// <param name="c">Its type in C: "struct event".</param>
    /// <param name="isHead">The mirror ends with its last field; the C struct may continue.</param>
    /// <param name="size">C expression of its size, if it differs from the whole struct's.</param>
    /// <param name="fields">Fields with another name in C, or within other fields.</param>
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

    /// <summary>Compares all constants of a type that have the C name, and those with a given C expression.</summary>
    /// <param name="type">The declaring type.</param>
    /// <param name="names">C expressions for constants with other names.</param>
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

    /// <summary>Compares an enumeration whose values have the C names without the prefix; "None" exists only in C#.</summary>
    /// <param name="prefix">Common prefix of the C names.</param>
    /// <param name="count">The C constant that is the last value plus one; null if there is none.</param>
    public Mirrors Enum<T>(string prefix, string? count = null) where T : struct, Enum
    {
        foreach (T value in System.Enum.GetValues<T>().Where(v => v.ToString() != "None"))
            Compare(prefix + JsonNamingPolicy.SnakeCaseUpper.ConvertName(value.ToString()), Convert.ToInt64(value));
        if (count is not null)
            Compare(count, System.Enum.GetValues<T>().Max(v => Convert.ToInt64(v)) + 1);
        Add(typeof(T));
        return this;
    }

    /// <summary>Excludes a struct and its constants, which another test checks with other headers.</summary>
    /// <param name="type">The struct.</param>
    /// <param name="test">The other test.</param>
    public Mirrors CheckedBy(Type type, string test)
    {
        Assert.NotEmpty(test);
        Add(type);
        _checked.UnionWith(Numbers(type).Select(FullName));
        return this;
    }

    /// <summary>Compares all mirrors, and fails if a mirror is not compared.</summary>
    public void Check()
    {
        Assert.Equal([], Unchecked());
        CompareAll();
    }

    /// <summary>Compares only the declared mirrors.</summary>
    public void CompareAll() => Assert.Equal(_lines, CCompiler.Evaluate(headers, _lines.Select(l => l[..l.LastIndexOf(' ')])));

    /// <summary>
    /// Mirrors that were not compared: structs passed to native functions, with explicit layout, or in a mirror namespace;
    /// enumerations in such a namespace; constants of those structs, of types with native functions, and any constant with a C
    /// name.
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

    // LibraryImport generates a function whose arguments are the ones actually passed.
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
